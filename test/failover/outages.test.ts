import { describe, expect, it } from "vitest";
import { Secret } from "../../src/domain/secret.ts";
import type { Gate } from "../../src/failover/gate.ts";
import { HealthRegistry } from "../../src/failover/health/health-registry.ts";
import { RetryBudget } from "../../src/failover/retry-budget.ts";
import { manualClock } from "../support/manual-clock.ts";
import { attemptsOf, begin, candidate, execute, fails, gives } from "./world.ts";

const keys = [new Secret("one"), new Secret("two"), new Secret("three")];

describe("a provider with several keys", () => {
  it.each([
    ["quota", 402],
    ["credential", 401],
    ["overloaded", 429],
    ["model_gone", 403],
  ] as const)(
    "is tried with the next one on %s (%i), as a retry, before another is",
    async (name, httpStatus) => {
      const failure = fails(name, { httpStatus });
      const { result, transport, endings } = await execute({
        script: { steps: { a: [failure, failure, gives(1)], b: [gives(1)] } },
        candidates: [candidate("a", { endpoint: { keys } }), candidate("b")],
      });
      expect(transport.exchanges.map(({ slug, exchange }) => [slug, exchange.key])).toEqual(
        keys.map((key) => ["a", key]),
      );
      expect(attemptsOf(result).map(({ reason }) => reason)).toEqual(["first", "retry", "retry"]);
      expect(endings.map(({ ending }) => [ending.next, ending.key])).toEqual([
        ["next_key", keys[0]?.fingerprint],
        ["next_key", keys[1]?.fingerprint],
        ["done", keys[2]?.fingerprint],
      ]);
    },
  );

  it("is asked no more often than max_attempts", async () => {
    const { transport } = await execute({
      script: { steps: { a: [fails("quota")], b: [gives(1)] } },
      candidates: [candidate("a", { endpoint: { keys } }), candidate("b")],
      routing: { maxAttempts: 2 },
    });
    expect(transport.exchanges.map(({ slug }) => slug)).toEqual(["a", "a"]);
  });

  it("is asked again with the same key for what is not the key's fault", async () => {
    const { transport } = await execute({
      script: { steps: { a: [fails("server_fault"), gives(1)] } },
      candidates: [candidate("a", { endpoint: { keys } })],
    });
    expect(transport.exchanges.map(({ exchange }) => exchange.key)).toEqual([keys[0], keys[0]]);
  });
});

describe("a target that goes out after the plan was made", () => {
  it("is skipped with the reason, while another one is left", async () => {
    const clock = manualClock();
    const health = new HealthRegistry(clock);
    const candidates = [candidate("a"), candidate("b"), candidate("c")];
    const gone = candidates[1];
    if (gone === undefined) throw new Error("There is no b.");
    health.failed(gone, {
      key: gone.endpoint.keys[0],
      startedAt: 0,
      probe: false,
      failure: { class: "model_gone", delivery: "sent", message: "" },
      partial: false,
    });
    const { result, transport } = await execute({
      script: { steps: { a: [fails("timeout")], c: [gives(1)] } },
      candidates,
      clock,
      health,
    });
    expect(transport.exchanges.map(({ slug }) => slug)).toEqual(["a", "c"]);
    expect(attemptsOf(result).map(({ outcome, message }) => [outcome, message])).toEqual([
      ["failed", "It was timeout."],
      ["skipped", "b does not have b-m, and is not asked for it for another 300 s."],
      ["succeeded", ""],
    ]);
  });

  it("is not asked again when its failure ejects it and another one is left", async () => {
    const healthSettings = {
      failures: 1,
      ratio: 0.5,
      minAttempts: 20,
      windowMs: 30_000,
      ejectionMs: 30_000,
      maxEjectionMs: 30_000,
      slowStartMs: 30_000,
    };
    const { transport } = await execute({
      script: { steps: { a: [fails("server_fault")], b: [gives(1)] } },
      candidates: [{ ...candidate("a"), healthSettings }, candidate("b")],
    });
    expect(transport.exchanges.map(({ slug }) => slug)).toEqual(["a", "b"]);
  });
});

describe("a budget that is used up", () => {
  it("makes the first failure the answer, and says so in the log", async () => {
    const clock = manualClock();
    const { result, endings } = await execute({
      script: { steps: { a: [fails("server_fault")], b: [gives(1)] } },
      clock,
      retryBudget: new RetryBudget(clock, { ratio: 0.2, floor: 0 }),
    });
    expect(endings.map(({ ending }) => ending.next)).toEqual(["budget_exhausted"]);
    expect(result).toMatchObject({ error: { reason: "ALL_PROVIDERS_EXHAUSTED" } });
  });

  it("is not used up by attempts that are not made", async () => {
    const clock = manualClock();
    const retryBudget = new RetryBudget(clock, { ratio: 0, floor: 0.1 });
    const shut: Gate = { enter: () => ({ kind: "refused", retryAfterMs: 1 }), leave: () => {} };
    const passedOver = await execute({
      script: { steps: { a: [fails("timeout")] } },
      clock,
      retryBudget,
      gateOf: ({ slug }) => (slug === "b" ? shut : undefined),
    });
    expect(passedOver.endings.map(({ ending }) => ending.next)).toEqual(["next_target"]);
    const caller = new AbortController();
    const backingOff = begin({
      script: { steps: { a: [fails("server_fault")] } },
      candidates: [candidate("a")],
      clock,
      retryBudget,
      caller,
    });
    await clock.advance(0);
    caller.abort();
    await backingOff.end();
    expect(backingOff.endings.map(({ ending }) => ending.next)).toEqual(["retry"]);
    expect([retryBudget.take(), retryBudget.take()]).toEqual([true, false]);
  });
});
