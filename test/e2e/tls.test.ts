import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { replaceFile } from "../support/replace-file.ts";
import { type SpillwayProcess, spawnSpillway } from "../support/spawn-spillway.ts";

const firstFile = fileURLToPath(new URL("../transport/fixtures/self-signed.pem", import.meta.url));
const first = readFileSync(firstFile, "utf8");
const renewed = readFileSync(new URL("../rpc/fixtures/renewed.pem", import.meta.url), "utf8");

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spillway-tls-"));
  writeFileSync(join(folder, "tls.pem"), first);
});

afterEach(() => rmSync(folder, { recursive: true }));

describe.each([1, 2])("a gateway with a certificate and %i workers", (workers) => {
  it("is called over TLS, and shows the certificate that takes its place after SIGHUP", async () => {
    const { spillway, url } = await serve(workers);
    const command = spawnSpillway(
      ["generate", "gpt-image-2", "a boat", "--server", url, "--out", folder],
      { NODE_EXTRA_CA_CERTS: firstFile },
    );
    expect(await command.exited).toBe(0);
    expect(await certificateAt(url)).toBe("127.0.0.1");
    replaceFile(join(folder, "tls.pem"), renewed);
    spillway.kill("SIGHUP");
    for (let worker = 1; worker <= workers; worker++) {
      await spillway.logged("configuration reloaded", worker);
    }
    expect(await certificateAt(url)).toBe("renewed.example");
    spillway.kill("SIGTERM");
    expect(await spillway.exited).toBe(0);
  });
});

it("gives links that are called over TLS, too", async () => {
  const { url } = await serve(1);
  const answer = await ask(`${url}/spillway.v1.GatewayService/Generate`, {
    model: "openai/gpt-image-2",
    textToImage: { prompt: "a boat", options: { delivery: "DELIVERY_URL" } },
  });
  const { images } = JSON.parse(answer.toString()) as {
    readonly images: { readonly images: readonly { readonly url: string }[] };
  };
  const [image] = images.images;
  expect(image?.url).toMatch(`${url}/media/`);
  expect((await ask(image?.url ?? "")).subarray(1, 4).toString()).toBe("PNG");
});

it("a certificate that turns bad changes nothing, and is told", async () => {
  const { spillway, url } = await serve(1);
  replaceFile(join(folder, "tls.pem"), "not a certificate");
  spillway.kill("SIGHUP");
  const { problems } = await spillway.logged("configuration not reloaded");
  expect(JSON.stringify(problems)).toContain("the private key that belongs to it");
  expect(await certificateAt(url)).toBe("127.0.0.1");
});

it("to begin with TLS needs a restart, and is said to", async () => {
  const path = join(folder, "spillway.yaml");
  writeFileSync(
    path,
    'server: { listen: "127.0.0.1:0", watch: false }\nsandbox: true\nmedia: { store: disk }\n',
  );
  const spillway = spawnSpillway(["serve", "--config", path]);
  const { listen } = await spillway.logged("listening");
  replaceFile(path, configFor(1));
  spillway.kill("SIGHUP");
  const line = await spillway.logged("configuration reloaded");
  expect(line["needs_restart"]).toEqual(["server.tls"]);
  expect((await fetch(`http://${listen}/`)).status).toBe(200);
});

function configFor(workers: number): string {
  return `
server:
  listen: "127.0.0.1:0"
  workers: ${workers}
  watch: false
  tls: { certificate: "\${file:tls.pem}", key: "\${file:tls.pem}" }
sandbox: true
media: { store: disk }
`;
}

async function serve(workers: number): Promise<{ spillway: SpillwayProcess; url: string }> {
  const path = join(folder, "spillway.yaml");
  writeFileSync(path, configFor(workers));
  const spillway = spawnSpillway(["serve", "--config", path]);
  const { listen } = await spillway.logged("listening");
  return { spillway, url: `https://${listen}` };
}

/** Fetches an address, or posts JSON to it, and gives the body of the answer. */
function ask(address: string, message?: unknown): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      address,
      {
        method: message === undefined ? "GET" : "POST",
        headers: message === undefined ? {} : { "content-type": "application/json" },
        ca: first,
        agent: false,
      },
      async (response) => resolve(Buffer.concat(await response.toArray())),
    );
    sent.on("error", reject);
    sent.end(message === undefined ? undefined : JSON.stringify(message));
  });
}

/** The name on the certificate that is shown to who connects now. */
async function certificateAt(url: string): Promise<string> {
  const socket = connectTls({ port: Number(new URL(url).port), rejectUnauthorized: false });
  await new Promise((resolve) => socket.once("secureConnect", resolve));
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}
