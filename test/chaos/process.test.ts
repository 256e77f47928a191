import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import { afterEach, beforeEach, expect, it } from "vitest";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import { GenerateRequestSchema } from "../../gen/spillway/v1/generate_pb.ts";
import { callUnary, grpcClient } from "../rpc/support/grpc-client.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { postJson } from "../support/raw-calls.ts";
import { chatRequest } from "../support/requests.ts";
import { type SpillwayProcess, spawnSpillway } from "../support/spawn-spillway.ts";
import { chat, silence } from "../support/upstream-acts.ts";
import { after } from "./support/chaos-acts.ts";

const request = create(GenerateRequestSchema, chatRequest("boat"));
const json = {
  model: "boat",
  chat: { messages: [{ role: "ROLE_USER", parts: [{ text: "Hi" }] }] },
};

/** Linux has more of loopback than the others; there no other test takes a port that is free for a moment. */
const host = process.platform === "linux" ? "127.0.0.2" : "127.0.0.1";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spillway-chaos-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

it("SIGTERM under load answers every request that was taken, and ends with 0", async () => {
  const upstream = await startFakeUpstream(after(30, chat("Ahoy")));
  const { spillway, listen, grpc } = await start(configFor(upstream.url));
  const load = applyLoad(listen, grpc);
  await upstream.arrived(60);
  spillway.kill("SIGTERM");
  expect(await spillway.exited).toBe(0);
  const ends = await load.end();
  // Whoever was too late was turned away by word or found the door shut.
  expect(Object.keys(ends).sort()).toEqual(["OK", "UNAVAILABLE"]);
  // Nothing that a provider was asked for, and that costs money, was lost.
  expect(ends["OK"]).toBe(upstream.requests.length);
});

it("kill -9 under load tells gRPC clients that it is unavailable, and the next start serves at the same ports", async () => {
  const upstream = await startFakeUpstream(silence);
  const first = await start(configFor(upstream.url));
  const calls = Array.from({ length: 30 }, () =>
    callUnary(grpcClient(`http://${first.grpc}`), GatewayService.method.generate, request),
  );
  const posts = Array.from({ length: 10 }, () =>
    postJson(`http://${first.listen}`, "Generate", json).then(
      () => "an answer",
      (problem: unknown) => (problem instanceof TypeError ? "a broken connection" : "a bug"),
    ),
  );
  await upstream.arrived(40);
  first.spillway.kill("SIGKILL");
  for (const ended of await Promise.all(calls)) {
    expect("error" in ended && ended.error.code).toBe(status.UNAVAILABLE);
  }
  expect(new Set(await Promise.all(posts))).toEqual(new Set(["a broken connection"]));
  await Promise.all(upstream.requests.map(({ closed }) => closed));

  upstream.play(chat("Ahoy"));
  const ports = `listen: "${first.listen}", grpc: "${first.grpc}", admin: "${first.admin}"`;
  const second = await start(configFor(upstream.url, ports));
  const answer = await postJson(`http://${second.listen}`, "Generate", json);
  expect([second.listen, answer.status]).toEqual([first.listen, 200]);
});

/** Calls over gRPC and in JSON, eight at the same time of each, until nobody answers any more. */
function applyLoad(listen: string, grpc: string) {
  const ends: Record<string, number> = {};
  const count = (end: string) => {
    ends[end] = (ends[end] ?? 0) + 1;
    return end === "OK";
  };
  const client = grpcClient(`http://${grpc}`);
  const callGrpc = async () => {
    const ended = await callUnary(client, GatewayService.method.generate, request);
    return "response" in ended ? "OK" : String(status[ended.error.code]);
  };
  const callJson = () =>
    postJson(`http://${listen}`, "Generate", json).then(
      (answer) =>
        answer.status === 200
          ? "OK"
          : String((answer.json as { readonly code: string }).code).toUpperCase(),
      (problem: unknown) => (problem instanceof TypeError ? "UNAVAILABLE" : "a bug"),
    );
  const worker = async (call: () => Promise<string>) => {
    while (count(await call()));
  };
  const workers = Array.from({ length: 16 }, (_, index) => worker(index % 2 ? callGrpc : callJson));
  return {
    async end() {
      await Promise.all(workers);
      return ends;
    },
  };
}

async function start(config: string) {
  const path = join(folder, "spillway.yaml");
  writeFileSync(path, config);
  const spillway: SpillwayProcess = spawnSpillway(["serve", "--config", path]);
  const { listen, grpc, admin } = await spillway.logged("listening");
  return { spillway, listen: String(listen), grpc: String(grpc), admin: String(admin) };
}

function configFor(
  url: string,
  ports = `listen: "${host}:0", grpc: "${host}:0", admin: "${host}:0"`,
): string {
  return `
server: { ${ports}, drain: 10s }
providers:
  boats: { type: openai-compatible, base_url: "${url}" }
routes:
  - models: [boat]
    targets: [{ provider: boats }]
`;
}
