import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadGood, problemsOf } from "./config-world.ts";

const pem = readFileSync(new URL("../transport/fixtures/self-signed.pem", import.meta.url), "utf8");
const other = readFileSync(new URL("../rpc/fixtures/renewed.pem", import.meta.url), "utf8");

/** `key: …`, the first half of the file, and its certificate. */
function halves(both: string): { readonly certificate: string; readonly key: string } {
  const at = both.indexOf("-----BEGIN CERTIFICATE");
  return { key: both.slice(0, at), certificate: both.slice(at) };
}

const files = {
  "/run/tls.crt": halves(pem).certificate,
  "/run/tls.key": halves(pem).key,
  "/run/other.key": halves(other).key,
};
const tls = (certificate: string, key: string) =>
  `server: { tls: { certificate: "\${file:/run/${certificate}}", key: "\${file:/run/${key}}" } }`;

describe("server.tls", () => {
  it("is a certificate and its key, of which only the first is ever shown", () => {
    const { server } = loadGood(tls("tls.crt", "tls.key"), {}, files);
    expect(server.tls?.certificate).toBe(halves(pem).certificate.trimEnd());
    expect(server.tls?.key.reveal()).toBe(halves(pem).key.trimEnd());
    expect(JSON.stringify(server)).not.toContain("PRIVATE KEY");
  });

  it("is nothing where the file has none", () => {
    expect(loadGood("routes: []").server.tls).toBeUndefined();
  });

  it.each([
    [tls("tls.crt", "other.key"), "expected a certificate and the private key that belongs to it"],
    [tls("tls.key", "tls.key"), "expected a certificate and the private key that belongs to it"],
    [tls("tls.crt", "tls.crt"), "expected a certificate and the private key that belongs to it"],
    [tls("tls.crt", "none.key"), "none.key"],
    ["server: { tls: { certificate: c } }", "server.tls.key: is missing; expected a private key"],
    ["server: { tls: { key: secret-key } }", "server.tls.certificate: is missing; expected a cert"],
    ["server: { tls: { certificate: '', key: secret-key } }", "expected a certificate in PEM"],
    ["server: { tls: secret-key }", "server.tls: is not valid; expected a mapping"],
    ["server: { tls: { certificate: c, key: [secret-key] } }", "expected a private key in PEM"],
  ])("%s is a mistake, told without the key", (text, message) => {
    const problems = problemsOf(text, {}, files).join("\n");
    expect(problems).toContain(message);
    expect(problems).not.toMatch(/secret-key|BEGIN/);
  });
});
