import { expect, it } from "vitest";
import { createCatalog } from "../../src/catalog/catalog.ts";
import { createGateway } from "../../src/gateway/create-gateway.ts";
import { ProviderStatistics } from "../../src/gateway/provider-statistics.ts";
import { KeyKeeper } from "../../src/idempotency/key-keeper.ts";
import { MemoryStore } from "../../src/idempotency/memory-store.ts";
import { silentObserver } from "../../src/telemetry/silent-observer.ts";
import { fakeEndpoint, fakeFleet } from "../support/fake-provider.ts";
import { fakeRequest, fakeRules } from "../support/fake-request.ts";
import { manualClock } from "../support/manual-clock.ts";
import { scriptedTransport } from "../support/scripted-transport.ts";

/** A gateway whose only provider never answers, under a rule that gives it a minute. */
function silentGateway() {
  const clock = manualClock();
  const gateway = createGateway({
    rules: fakeRules({ models: ["*"], timeoutMs: 60_000, targets: [{ provider: "slow" }] }),
    fleet: fakeFleet(fakeEndpoint({ slug: "slow", timeoutMs: 900_000 })),
    catalog: createCatalog([]),
    transport: scriptedTransport(clock, {
      steps: { slow: [{ kind: "hang", delivery: "ambiguous" }] },
    }),
    clock,
    random: () => 0.5,
    newId: () => "00000000-0000-4000-8000-000000000000",
    configVersion: "v1",
    captureContent: false,
    statistics: new ProviderStatistics(),
    keys: new KeyKeeper({
      store: new MemoryStore({ lifetimeMs: 3_600_000, maxBytes: 1_000_000 }, clock),
      clock,
      onNotKept: () => {},
    }),
  });
  const ask = async (deadlineMs: number | undefined, idempotencyKey = "") => {
    const result = await gateway.generate(fakeRequest({ idempotencyKey }), {
      requestId: "r-1",
      signal: new AbortController().signal,
      arrivedAt: clock.monotonic(),
      deadlineAt: deadlineMs === undefined ? undefined : clock.monotonic() + deadlineMs,
      observer: silentObserver,
    });
    return { result, at: clock.monotonic() };
  };
  return { clock, ask };
}

it.each([
  [undefined, 60_000],
  [20_000, 20_000],
  [100_000, 100_000],
])(
  "a request ends at its caller's deadline, and at its rule's only without one: %s ms",
  async (deadlineMs, endMs) => {
    const { clock, ask } = silentGateway();
    const running = ask(deadlineMs);
    await clock.advance(900_000);
    const { result, at } = await running;
    expect(result).toMatchObject({ kind: "failed", error: { reason: "DEADLINE" } });
    expect(at).toBe(endMs);
  },
);

it.each([
  [undefined, 60_000],
  [100_000, 100_000],
])(
  "what goes on for a key ends after its rule's time, or when its first caller's is up if that is later: %s ms",
  async (deadlineMs, endMs) => {
    const { clock, ask } = silentGateway();
    const running = ask(deadlineMs, "key-1");
    await clock.advance(900_000);
    expect(await running).toMatchObject({ at: endMs, result: { error: { reason: "DEADLINE" } } });
  },
);

it("a caller with a key whose deadline passes is told of the attempt that goes on", async () => {
  const { clock, ask } = silentGateway();
  const late = ask(20_000, "key-1");
  await clock.advance(20_000);
  const { result } = await late;
  expect(result).toMatchObject({
    kind: "failed",
    error: {
      reason: "DEADLINE",
      attempts: [{ number: 1, provider: "slow", outcome: undefined }],
    },
  });
  await clock.advance(900_000);
});
