import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import type { GenerateResponse } from "../../gen/spillway/v1/generate_pb.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { chatRequest, imageRequest, secretPrompt } from "../support/requests.ts";
import { type SpillwayProcess, spawnSpillway } from "../support/spawn-spillway.ts";
import { type StreamStory, startGateway } from "../support/start-gateway.ts";
import { connectError, type ToldError } from "../support/told-error.ts";
import { error, held, images, silence } from "../support/upstream-acts.ts";
import { within } from "../support/within.ts";

const key = { idempotencyKey: "order-7" };

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spillway-keys-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe("one key", () => {
  it("buys once for fifty who ask at the same time, whatever they ask over", async () => {
    const gateway = await startGateway("sandbox: true");
    const request = imageRequest("openai/gpt-image-2", key);
    const responses = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        index % 2 === 0 ? gateway.generate(request) : gateway.connect.generate(request),
      ),
    );
    expect(gateway.sandbox?.submissions()["openai"]).toBe(1);
    expect(responses.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(responses.map(({ requestId }) => requestId)).size).toBe(1);
    expect(new Set(responses.map(bytesOf)).size).toBe(1);
  });

  it("gives the first result to whoever asks later, streamed or not", async () => {
    const gateway = await startGateway("sandbox: true");
    const request = chatRequest("openai/gpt-5.4", { ...key, routing: { only: ["openai"] } });
    const first = await gateway.stream({ generate: request });
    const again = await gateway.stream({ generate: request });
    expect(first.error).toBeUndefined();
    expect(textOf(again)).toBe(textOf(first));
    expect(again.events.at(-1)).toMatchObject({ case: "completed", value: { replayed: true } });
    expect(await gateway.generate(request)).toMatchObject({ replayed: true });
    expect(gateway.sandbox?.submissions()["openai"]).toBe(1);
    // What the work took and cost is counted once, too.
    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/^spillway_gateway_duration\S*_count(\{.*\})? 1$/m);
    expect(metrics).toMatch(/^spillway_attempts_total\{.*\} 1$/m);
  });

  it("for another request is a conflict", async () => {
    const gateway = await startGateway("sandbox: true");
    await gateway.generate(imageRequest("openai/gpt-image-2", key));
    const told = await gateway.failure(imageRequest("openai/gpt-image-2", key, 2));
    expect(told).toMatchObject({ code: "FAILED_PRECONDITION", reasons: ["IDEMPOTENCY_CONFLICT"] });
  });

  it("that bought nothing is free: the request can be made again", async () => {
    const upstream = await startFakeUpstream(error(401, { code: "invalid_api_key" }), images(8));
    const gateway = await startGateway(config(upstream.url));
    const told = await gateway.failure(imageRequest("boat", key));
    expect(told.reasons).toEqual(["ALL_PROVIDERS_EXHAUSTED"]);
    expect(await gateway.generate(imageRequest("boat", key))).toMatchObject({ replayed: false });
  });

  it("that may have bought something is not asked again, also not by a patient caller", async () => {
    const upstream = await startFakeUpstream(silence);
    const gateway = await startGateway(config(upstream.url, "timeout: 100ms"));
    const request = imageRequest("boat", key);
    expect((await gateway.failure(request)).reasons).toEqual(["ALL_PROVIDERS_EXHAUSTED"]);
    const told = await gateway.failure(request);
    expect(told).toMatchObject({ code: "ABORTED", reasons: ["AMBIGUOUS_OUTCOME"] });
    expect(upstream.requests).toHaveLength(1);
  });

  it("whose caller gives up goes on, and has its result for the next", async () => {
    const answer = held(images(8));
    const upstream = await startFakeUpstream(answer);
    const gateway = await startGateway(config(upstream.url));
    const request = imageRequest("boat", key);
    const first = gateway.failure(request, within(300));
    await upstream.arrived(1);
    expect((await first).code).toBe("DEADLINE_EXCEEDED");
    const second = gateway.generate(request);
    answer.release();
    expect(await second).toMatchObject({ replayed: true, provider: "boats" });
    expect(upstream.requests).toHaveLength(1);
  });

  it("says once that it ends with the process, unless memory was chosen", async () => {
    const warning = "idempotency keys end with this process: set idempotency.path";
    const careless = await startGateway("sandbox: true");
    const knowing = await startGateway("sandbox: true\nidempotency: { store: memory }");
    for (const gateway of [careless, knowing]) {
      for (const idempotencyKey of ["a", "b"]) {
        await gateway.generate(imageRequest("openai/gpt-image-2", { idempotencyKey }));
      }
    }
    const warnings = [careless, knowing].map(({ log }) => log.filter(({ msg }) => msg === warning));
    expect(warnings.map(({ length }) => length)).toEqual([1, 0]);
    expect(JSON.stringify([careless.log, knowing.log])).not.toContain(secretPrompt);
  });
});

describe("a gateway with a file for keys that is killed", () => {
  it("between the sending and the answer never sends again, and says what it does not know", async () => {
    const upstream = await startFakeUpstream(silence, images(8));
    const first = await serveWithKeys(upstream.url);
    void first.generate("boat").catch(() => {});
    await upstream.arrived(1);
    first.spillway.kill("SIGKILL");
    await first.spillway.exited;

    const second = await serveWithKeys(upstream.url);
    const told = await second.failure("boat");
    expect(told).toMatchObject({ code: "ABORTED", reasons: ["AMBIGUOUS_OUTCOME"] });
    expect(told.message).toContain("may have been billed");
    expect(upstream.requests).toHaveLength(1);
  });

  it("after the answer gives it again, byte by byte", async () => {
    const upstream = await startFakeUpstream(images(8));
    const first = await serveWithKeys(upstream.url);
    const bought = await first.generate("boat");
    first.spillway.kill("SIGKILL");
    await first.spillway.exited;

    const second = await serveWithKeys(upstream.url);
    const again = await second.generate("boat");
    expect(again).toMatchObject({ replayed: true, requestId: bought.requestId });
    expect(bytesOf(again)).toBe(bytesOf(bought));
    expect(upstream.requests).toHaveLength(1);
  });

  it("before anything was sent begins anew", async () => {
    const upstream = await startFakeUpstream(images(8));
    const first = await serveWithKeys(upstream.url);
    expect((await first.failure("no-such-model")).reasons).toEqual(["MODEL_NOT_FOUND"]);
    first.spillway.kill("SIGKILL");
    await first.spillway.exited;
    const second = await serveWithKeys(upstream.url);
    expect(await second.generate("boat")).toMatchObject({ replayed: false });
  });
});

describe("a file for keys", () => {
  it.each(["words.txt", "."])(
    "that is none, %s, stops the start with one line that names it",
    async (name) => {
      writeFileSync(join(folder, "words.txt"), "a paper boat".repeat(500));
      const path = join(folder, name);
      const spillway = spawnSpillway(["serve", "--config", write("http://127.0.0.1:9/v1", path)]);
      expect(await spillway.exited).toBe(1);
      expect(spillway.stderr).toMatch(`cannot use idempotency.path ${path}: `);
      expect(spillway.stderr.trim().split("\n")).toHaveLength(1);
    },
  );

  it("that another gateway has stops the start as well", async () => {
    await serveWithKeys("http://127.0.0.1:9/v1");
    const path = write("http://127.0.0.1:9/v1", join(folder, "keys.db"));
    const second = spawnSpillway(["serve", "--config", path]);
    expect(await second.exited).toBe(1);
    expect(second.stderr).toContain("another process has it");
  });
});

function config(url: string, provider = "timeout: 20s"): string {
  return `
providers:
  boats: { type: openai-compatible, base_url: "${url}", ${provider} }
routes:
  - models: [boat]
    targets: [{ provider: boats }]
`;
}

function write(url: string, keys: string): string {
  const path = join(folder, "spillway.yaml");
  const listen = `server: { listen: "127.0.0.1:0" }\nidempotency: { path: "${keys}" }`;
  writeFileSync(path, `${listen}${config(url)}`);
  return path;
}

/** A gateway in a process of its own, that keeps its keys in the folder of the test. */
async function serveWithKeys(url: string) {
  const path = write(url, "keys.db");
  const spillway: SpillwayProcess = spawnSpillway(["serve", "--config", path]);
  const { listen } = await spillway.logged("listening");
  const client = createClient(
    GatewayService,
    createConnectTransport({ baseUrl: `http://${listen}`, httpVersion: "1.1" }),
  );
  return {
    spillway,
    generate: (model: string) => client.generate(imageRequest(model, key)),
    failure: (model: string): Promise<ToldError> =>
      client.generate(imageRequest(model, key)).then(() => {
        throw new Error("somebody answered, and nobody should have");
      }, connectError),
  };
}

function bytesOf({ output }: GenerateResponse): string {
  const image = output.case === "images" ? output.value.images[0]?.content : undefined;
  return image?.case === "data" ? Buffer.from(image.value).toString("base64") : "";
}

function textOf({ events }: StreamStory): string {
  return events.map((event) => (event.case === "textDelta" ? event.value.text : "")).join("");
}
