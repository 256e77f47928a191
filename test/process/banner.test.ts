import { describe, expect, it } from "vitest";
import { banner } from "../../src/process/banner.ts";

const addresses = { listen: "127.0.0.1:8080", admin: "127.0.0.1:9090" };

describe("the banner", () => {
  it("says SANDBOX plainly, and has a call to copy in each way", () => {
    const text = banner(addresses, { sandbox: true, secured: false });
    expect(text).toContain("SANDBOX");
    expect(text).toMatch(/buf curl --protocol grpc --http2-prior-knowledge .*\n.*http:\/\/127/);
    expect(text).toMatch(/curl -sS http:\/\/127\.0\.0\.1:8080\/spillway/);
  });

  it("names what is spoken, and asks for HTTP/2 only where it is not agreed on", () => {
    const text = banner(addresses, { sandbox: true, secured: true });
    expect(text).toContain("https://127.0.0.1:8080/spillway.v1.GatewayService/Generate");
    expect(text).toContain("http://127.0.0.1:9090/metrics");
    expect(text).not.toContain("--http2-prior-knowledge");
  });

  it("is short where money is spent", () => {
    const text = banner(addresses, { sandbox: false, secured: false });
    expect(text).not.toMatch(/SANDBOX|curl/);
  });
});
