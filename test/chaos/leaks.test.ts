import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { create } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import { expect, it } from "vitest";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import { GenerateRequestSchema } from "../../gen/spillway/v1/generate_pb.ts";
import { callUnary } from "../rpc/support/grpc-client.ts";
import { type FakeUpstream, refusingUrl, startFakeUpstream } from "../support/fake-upstream.ts";
import { imageRequest } from "../support/requests.ts";
import { startGateway, type TestGateway } from "../support/start-gateway.ts";
import { error, json, page, resetAfterBody, silence, truncated } from "../support/upstream-acts.ts";
import { inTurn } from "./support/chaos-acts.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const method = GatewayService.method.generate;
const request = create(
  GenerateRequestSchema,
  imageRequest("boat", { routing: { maxAttempts: 2 } }),
);

it("a thousand requests that fail, of which a third is left by its caller, leave nothing behind", async () => {
  const bad = await startFakeUpstream(
    inTurn(resetAfterBody, error(503, {}), silence, truncated, page(200), json(200, {})),
  );
  const gateway = await startGateway(`
providers:
  bad: { type: openai-compatible, base_url: "${bad.url}", timeout: 30ms }
  gone: { type: openai-compatible, base_url: "${await refusingUrl()}" }
routes:
  - models: [boat]
    targets: [{ provider: bad }, { provider: gone, priority: 1 }]
`);
  // What is opened once and kept is open now.
  await failMany(gateway, 100);
  const before = await rest(bad, gateway);
  await failMany(gateway, 1000);
  // Connections are kept idle for four seconds.
  await expect
    .poll(() => process.getActiveResourcesInfo().length, { timeout: 9000 })
    .toBeLessThanOrEqual(before.handles + 5);
  const { heapBytes } = await rest(bad, gateway);
  // Compiled code and warm caches are some of it; a leak of each request would be more.
  expect(heapBytes - before.heapBytes).toBeLessThan(8_000_000);
});

/** Makes requests that fail, at most forty at the same time. */
async function failMany({ grpc }: TestGateway, count: number): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) {
      const call = callUnary(grpc, method, request, { deadline: Date.now() + 5000 });
      if (left % 3 === 0) setTimeout(() => call.cancel(), left % 9);
      const ended = await call;
      if ("response" in ended) throw new Error("a request succeeded");
      expect([status.UNAVAILABLE, status.CANCELLED]).toContain(ended.error.code);
    }
  };
  await Promise.all(Array.from({ length: 40 }, worker));
}

/** How many handles are open and how much is on the heap, once the last request has come to rest. */
async function rest(bad: FakeUpstream, gateway: TestGateway) {
  // Callers are gone before what was done for them is given up.
  await expect.poll(() => inFlight(gateway), { timeout: 5000 }).toBe(0);
  // The lists of requests and of lines are the test's own.
  (bad.requests as unknown[]).length = 0;
  (gateway.log as unknown[]).length = 0;
  collectGarbage();
  return {
    handles: process.getActiveResourcesInfo().length,
    heapBytes: process.memoryUsage().heapUsed,
  };
}

/** How many requests the gateway is serving. */
async function inFlight({ adminUrl }: TestGateway): Promise<number> {
  const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
  return Number(/^spillway_requests_in_flight(?:\{.*\})? (\d+)/m.exec(metrics)?.[1]);
}
