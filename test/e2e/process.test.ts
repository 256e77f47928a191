import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { sandboxConfigText } from "../../src/config/sandbox-config.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { postJson } from "../support/raw-calls.ts";
import { type SpillwayProcess, spawnSpillway } from "../support/spawn-spillway.ts";
import { held, images } from "../support/upstream-acts.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spillway-process-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe("serve", () => {
  it("without a configuration takes the sandbox's ports, and says which one is taken", async () => {
    // Another run of this test can hold it too, and whoever else has it holds it as well.
    const holder = createServer();
    onTestFinished(() => void holder.close());
    await new Promise<void>((resolve) => {
      holder.once("error", () => resolve());
      holder.listen({ port: 8080, host: "127.0.0.1", reusePort: canShare }, resolve);
    });
    const spillway = spawnSpillway(["serve"]);
    expect(await spillway.exited).toBe(1);
    expect(spillway.stderr).toMatch(/^cannot listen on 127\.0\.0\.1:8080: .+\n$/);
  });

  it("serves the sandbox's configuration until it is told to end", async () => {
    const { spillway } = await serveSandbox();
    expect(await spillway.logged("listening")).toMatchObject({ sandbox: true });
    await spillway.wrote("SANDBOX");
    spillway.kill("SIGTERM");
    expect(await spillway.exited).toBe(0);
  });

  it("prints a banner whose lines work as they stand", async () => {
    const { spillway, url } = await serveSandbox();
    await spillway.wrote("Break a provider");
    expect(spillway.stdout).toContain("Spillway SANDBOX");
    const [, address = "", body = ""] =
      /curl -sS (\S+) -H 'content-type: application\/json' \\\s+-d '([^']+)'/.exec(
        spillway.stdout,
      ) ?? [];
    expect(address).toBe(`${url}/spillway.v1.GatewayService/Generate`);
    const { json } = await postJson(url, "Generate", body);
    const response = json as {
      readonly sandbox: boolean;
      readonly images: {
        readonly images: readonly {
          readonly data: string;
          readonly width: number;
          readonly height: number;
        }[];
      };
    };
    expect(response.sandbox).toBe(true);
    const [image] = response.images.images;
    const { info } = await sharp(Buffer.from(image?.data ?? "", "base64"))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([image?.width, image?.height]);
    const { admin } = await spillway.logged("listening");
    expect((await fetch(`http://${admin}/healthz`)).status).toBe(200);
  });

  it("makes a picture from the command line, also when a provider is broken", async () => {
    const { url } = await serveSandbox();
    const words = ["generate", "gemini-3-pro-image", "a paper boat", "--server", url];
    const command = spawnSpillway([...words, "--fault", "gemini=http-503", "--out", folder]);
    expect(await command.exited).toBe(0);
    expect(command.stderr + command.stdout).toContain("OVERLOADED");
    const [file = ""] = readdirSync(folder).filter((name) => /\.(png|jpe?g|webp)$/.test(name));
    const { width } = await sharp(readFileSync(join(folder, file))).metadata();
    expect(width).toBeGreaterThan(0);
  });

  it("lets a running request finish after SIGTERM, takes no new one, and exits with 0", async () => {
    const slow = held(images(20));
    const upstream = await startFakeUpstream(slow);
    const spillway = spawnSpillway(["serve", "--config", write(configFor(upstream.url))]);
    const { listen, grpc, admin } = await spillway.logged("listening");
    const running = postJson(`http://${listen}`, "Generate", boat);
    await upstream.arrived(1);
    spillway.kill("SIGTERM");
    await spillway.logged("draining");
    expect((await fetch(`http://${admin}/readyz`)).status).toBe(503);
    expect(await accepts(String(listen))).toBe(false);
    expect(await accepts(String(grpc))).toBe(false);
    slow.release();
    expect((await running).status).toBe(200);
    expect(await spillway.exited).toBe(0);
    expect(spillway.log.at(-1)).toMatchObject({ msg: "stopped" });
    expect(upstream.requests).toHaveLength(1);
  });

  it("cuts off what does not finish within the drain, tells its caller so, and still exits with 0", async () => {
    const upstream = await startFakeUpstream(held(images(20)));
    const spillway = spawnSpillway(["serve", "--config", write(configFor(upstream.url, "200ms"))]);
    const { listen } = await spillway.logged("listening");
    const running = postJson(`http://${listen}`, "Generate", boat);
    const asked = await upstream.arrived(1);
    spillway.kill("SIGTERM");
    expect((await running).json).toMatchObject({
      code: "resource_exhausted",
      details: expect.arrayContaining([
        expect.objectContaining({ debug: expect.objectContaining({ reason: "OVERLOADED" }) }),
      ]),
    });
    await asked.closed;
    expect(await spillway.exited).toBe(0);
  });

  it("does not start with a bad configuration, and lists every problem by its place", async () => {
    const path = write(`server:
  listen: 8080 please
providers:
  openai: { keyz: [a] }
  mine: { type: openai-compatible, base_url: ftp://x, keys: ["\${NO_SUCH_VARIABLE}"] }
routes:
  - models: [boat]
    targets: [{ provider: nobody, weight: -1 }]
`);
    const spillway = spawnSpillway(["serve", "--config", path]);
    expect(await spillway.exited).toBe(1);
    expect(spillway.stdout).toBe("");
    const places = spillway.stderr.split("\n").flatMap((line) => {
      const place = /:(\d+:\d+): /.exec(line.replace(path, ""));
      return line.startsWith(path) && place ? [place[1]] : [];
    });
    expect(places).toEqual(["2:11", "4:13", "5:46", "5:63", "8:27", "8:43"]);
    expect(spillway.stderr).toContain("6 problems");
  });
});

it("a port that is taken is told in one line", async () => {
  const upstream = await startFakeUpstream(images(20));
  const { host, port } = new URL(upstream.url);
  const path = write(`server: { listen: "${host}" }\n`);
  const commands = [
    spawnSpillway(["serve", "--config", path]),
    spawnSpillway(["sandbox", "--port", port]),
  ];
  for (const command of commands) {
    expect(await command.exited).toBe(1);
    expect(command.stderr).toMatch(new RegExp(`^cannot listen on ${host}: .+\\n$`));
  }
});

describe("the other commands", () => {
  it("check says that a configuration is good and what it amounts to", async () => {
    const path = write(configFor("http://127.0.0.1:9/v1"));
    const command = spawnSpillway(["check", path]);
    expect(await command.exited).toBe(0);
    expect(command.stdout).toContain(`ok: ${path}`);
    expect(command.stdout).toMatch(/boats +openai-compatible +no key +http:\/\/127\.0\.0\.1:9\/v1/);
    expect(command.stdout).toMatch(/boat +0 +1 +boats/);
  });

  it("route shows the plan of a file, and asks nobody", async () => {
    const upstream = await startFakeUpstream(images(20));
    const path = write(configFor(upstream.url));
    const known = spawnSpillway(["route", "boat", "--config", path]);
    const unknown = spawnSpillway(["route", "submarine", "--config", path]);
    expect(await known.exited).toBe(0);
    expect(known.stdout).toContain("boat: a rule names exactly this model");
    expect(known.stdout).toMatch(/1 +boats +boat +0 +1 +100 %/);
    expect(await unknown.exited).toBe(1);
    expect(unknown.stderr).toContain("MODEL_NOT_FOUND");
    expect(upstream.connections).toBe(0);
  });

  it("sandbox serves imitations of the vendors until it is interrupted", async () => {
    const sandbox = spawnSpillway(["sandbox", "--port", "0"]);
    await sandbox.wrote("Order a fault");
    const openai = /openai +(http\S+)/.exec(sandbox.stdout)?.[1];
    const response = await fetch(`${openai}/images/generations`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer any" },
      body: JSON.stringify({ model: "gpt-image-2", prompt: "a boat", size: "1024x1024" }),
    });
    const { data } = (await response.json()) as {
      readonly data: readonly { readonly b64_json: string }[];
    };
    const { width } = await sharp(Buffer.from(data[0]?.b64_json ?? "", "base64")).metadata();
    expect(width).toBe(1024);
    sandbox.kill("SIGINT");
    expect(await sandbox.exited).toBe(0);
  });

  it("a word that is no command is answered with the commands, and 2", async () => {
    const command = spawnSpillway(["swim"]);
    expect(await command.exited).toBe(2);
    expect(command.stderr).toContain("unknown command 'swim'");
  });
});

const boat = { model: "boat", textToImage: { prompt: "a boat" } };

/** Whether the system lets several processes listen on one port, if all of them say so. */
const canShare = process.platform === "linux";

function write(text: string): string {
  const path = join(folder, "spillway.yaml");
  writeFileSync(path, text);
  return path;
}

function configFor(url: string, drain = "20s"): string {
  return `
server: { listen: "127.0.0.1:0", grpc: "127.0.0.1:0", admin: "127.0.0.1:0", drain: ${drain} }
providers:
  boats: { type: openai-compatible, base_url: "${url}" }
routes:
  - models: [boat]
    targets: [{ provider: boats }]
`;
}

/** The built-in configuration, on ports that are free. */
async function serveSandbox(): Promise<{ spillway: SpillwayProcess; url: string }> {
  const path = write(sandboxConfigText.replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:0"));
  const spillway = spawnSpillway(["serve", "--config", path]);
  const { listen } = await spillway.logged("listening");
  return { spillway, url: `http://${listen}` };
}

function accepts(address: string): Promise<boolean> {
  const { hostname, port } = new URL(`http://${address}`);
  return new Promise((resolve) => {
    const socket = createConnection(Number(port), hostname);
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
