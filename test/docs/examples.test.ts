import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { sniffImage } from "../../src/media/sniff-image.ts";
import { startGateway } from "../support/start-gateway.ts";

describe("docs/examples", () => {
  it("has a Node client over gRPC that saves a picture", async () => {
    const gateway = await startGateway(`
sandbox: true
routes:
  - models: [gemini-3-pro-image]
    targets: [{ provider: gemini }]
`);
    const folder = await mkdtemp(join(tmpdir(), "spillway-example-"));
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        resolve("docs/examples/grpc-client.mjs"),
        gateway.addresses.grpc ?? "",
        resolve("test/contract/spillway-v1.binpb"),
      ],
      // Without a proxy that the environment may have for gRPC, even to loopback.
      { cwd: folder, env: { PATH: process.env["PATH"] } },
    );
    expect(stdout).toBe("boat.jpeg: 1024x1024 by gemini\n");
    expect(await readdir(folder)).toEqual(["boat.jpeg"]);
    expect(sniffImage(await readFile(join(folder, "boat.jpeg")))?.width).toBe(1024);
  });

  it("is what the README shows", async () => {
    const example = await readFile("docs/examples/grpc-client.mjs", "utf8");
    const readme = await readFile("README.md", "utf8");
    for (const line of [
      "loadFileDescriptorSetFromBuffer(",
      'text_to_image: { prompt: "a paper boat" }',
    ]) {
      expect(example).toContain(line);
      expect(readme).toContain(line);
    }
  });
});
