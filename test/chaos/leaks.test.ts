import { queryObjects } from "node:v8";
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
import { wakingClock } from "../support/waking-clock.ts";
import { within } from "../support/within.ts";
import { inTurn } from "./support/chaos-acts.ts";

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
  // What is opened once and kept is open now, and what is kept of many is there.
  await failMany(gateway, 1);
  await inFlight(gateway);
  const atRest = handles() + 5;
  await failMany(gateway, 300);
  await comeToRest(bad, gateway, atRest);
  const before = objects();
  await failMany(gateway, 1000);
  await comeToRest(bad, gateway, atRest);
  // Caches that still grow are some thousands; one connection of each request is fifty thousand.
  await expect
    .poll(() => objects() - before, { timeout: 60_000, interval: 1000 })
    .toBeLessThan(20_000);
}, 180_000);

/** Makes requests that fail, at most forty at the same time. */
async function failMany({ grpc }: TestGateway, count: number): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) {
      const call = callUnary(grpc, method, request, within(5000));
      if (left % 3 === 0) setTimeout(() => call.cancel(), left % 9);
      const ended = await call;
      if ("response" in ended) throw new Error("a request succeeded");
      expect([status.UNAVAILABLE, status.CANCELLED]).toContain(ended.error.code);
    }
  };
  await Promise.all(Array.from({ length: 40 }, worker));
}

/** Waits until the last request has come to rest and no more than so many handles are open. */
async function comeToRest(bad: FakeUpstream, gateway: TestGateway, most: number): Promise<void> {
  // Callers are gone before what was done for them is given up, and idle connections are kept for four seconds.
  while ((await inFlight(gateway)) > 0 || handles() > most) await wakingClock.sleep(50);
  // The lists of requests and of lines are the test's own.
  (bad.requests as unknown[]).length = 0;
  (gateway.log as unknown[]).length = 0;
}

/** How many objects there are after a collection that leaves nothing behind: bytes in use tell of more than leaks. */
function objects(): number {
  return Number(queryObjects(Object));
}

function handles(): number {
  return process.getActiveResourcesInfo().length;
}

/** How many requests the gateway is serving. */
async function inFlight({ adminUrl }: TestGateway): Promise<number> {
  const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
  return Number(/^spillway_requests_in_flight(?:\{.*\})? (\d+)/m.exec(metrics)?.[1]);
}
