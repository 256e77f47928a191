import { describe, expect, it } from "vitest";
import type { ProviderImage } from "../../src/domain/output.ts";
import type { SkippedCandidate } from "../../src/router/plan.ts";
import type { Download, DownloadResult } from "../../src/transport/transport.ts";
import { pngHeader } from "../support/image-bytes.ts";
import { manualClock } from "../support/manual-clock.ts";
import {
  attemptsOf,
  begin,
  breaks,
  candidate,
  execute,
  fails,
  gives,
  image,
  imageTask,
  priced,
  type Setup,
} from "./world.ts";

const skippedByRule: SkippedCandidate = {
  model: "m",
  provider: "z",
  upstreamModel: "z-m",
  priority: 0,
  weight: 1,
  reason: "It has no key.",
  cause: "not_configured",
  adjustments: [],
};

describe("walking a plan", () => {
  it("gives the first success and the whole story", async () => {
    const { result, skipped, endings } = await execute({
      script: { steps: { a: [fails("quota", { ms: 200 })], b: [gives(1, { ms: 300 })] } },
      plan: { skipped: [skippedByRule] },
    });
    if (result.kind !== "generated") throw new Error("It failed.");
    expect(result.generated).toMatchObject({
      requestId: "request-1",
      model: "m",
      provider: "b",
      upstreamModel: "b-m",
      configVersion: "v1",
      sandbox: false,
      replayed: false,
      cost: { basis: "priced", micros: 40_000 },
      timing: { totalMs: 500, providersMs: 500, gatewayMs: 0 },
    });
    expect(
      result.generated.attempts.map(({ number, provider, outcome, reason, durationMs }) => [
        number,
        provider,
        outcome,
        reason,
        durationMs,
      ]),
    ).toEqual([
      [1, "z", "skipped", "first", 0],
      [2, "a", "failed", "first", 200],
      [3, "b", "succeeded", "failover", 300],
    ]);
    expect(skipped).toHaveLength(1);
    expect(endings.map(({ ending }) => ending.next)).toEqual(["next_target", "done"]);
  });

  it.each([
    ["a success", gives(1), 200],
    ["a success without an image", gives(0), 200],
    ["an error", fails("quota", { httpStatus: 402 }), 402],
    ["no answer", breaks("never_sent", "not_sent"), undefined],
  ])("tells the status of %s", async (_, step, httpStatus) => {
    const { result } = await execute({ script: { steps: { a: [step], b: [gives(1)] } } });
    expect(attemptsOf(result)[0]).toMatchObject({ httpStatus });
  });

  it("tells the status of the answer whose image cannot be fetched or read", async () => {
    const noImage: ProviderImage = { content: { kind: "bytes", bytes: new Uint8Array(9) } };
    const linked: ProviderImage = { content: { kind: "url", url: "https://files.test/1" } };
    const answers = [noImage, linked].map((one) =>
      gives(0, { output: { kind: "images", images: [one] } }),
    );
    const failure = { class: "server_fault", delivery: "sent", message: "It broke." } as const;
    const { result } = await execute({
      script: {
        steps: { a: answers, b: [gives(1)] },
        download: () => ({ kind: "failed", failure }),
      },
    });
    expect(attemptsOf(result).map(({ httpStatus, outcome }) => [httpStatus, outcome])).toEqual([
      [200, "failed"],
      [200, "failed"],
      [200, "succeeded"],
    ]);
  });

  it("tells what was adapted for the targets that gave output, and for no other", async () => {
    const adjustment = (provider: string) => ({
      field: "options.seed",
      requested: "1",
      applied: "",
      kind: "dropped" as const,
      provider,
      reason: "It has no seed.",
    });
    const { result } = await execute({
      script: { steps: { a: [fails("quota")], b: [gives(1)] } },
      candidates: [
        candidate("a", { adjustments: [adjustment("a")] }),
        candidate("b", { adjustments: [adjustment("b")] }),
      ],
    });
    expect(result).toMatchObject({ generated: { adjustments: [adjustment("b")] } });
  });

  it("backs off before it asks the same target again", async () => {
    const { transport } = await execute({
      script: { steps: { a: [fails("server_fault"), gives(1)] } },
      random: () => 1 - 2 ** -53,
    });
    const [first, second] = transport.exchanges;
    expect(first?.at).toBe(0);
    expect(second?.at).toBeCloseTo(300);
  });

  it("does not ask the same target again for what would fail again", async () => {
    const { result, transport } = await execute({
      script: { steps: { a: [fails("server_fault", { permanent: true })], b: [gives(1)] } },
    });
    expect(transport.exchanges.map(({ slug }) => slug)).toEqual(["a", "b"]);
    expect(result.kind).toBe("generated");
  });

  it("counts retries, and makes no more attempts than allowed", async () => {
    const { result, transport } = await execute({
      script: { steps: { a: [breaks("never_sent", "not_sent")], b: [gives(1)] } },
      routing: { maxAttempts: 2 },
    });
    expect(transport.exchanges.map(({ slug }) => slug)).toEqual(["a", "a"]);
    expect(attemptsOf(result).map(({ reason }) => reason)).toEqual(["first", "retry"]);
    expect(result).toMatchObject({ error: { reason: "ALL_PROVIDERS_EXHAUSTED" } });
  });

  it("does not count what it skips", async () => {
    const { result } = await execute({
      script: { steps: { b: [gives(1)] } },
      candidates: [candidate("a", { cost: priced(9) }), candidate("b", { cost: priced(1) })],
      routing: { maxAttempts: 1, maxCostMicros: 50_000 },
    });
    expect(attemptsOf(result).map(({ outcome }) => outcome)).toEqual(["skipped", "succeeded"]);
  });

  it("takes a forced provider's failure as the answer", async () => {
    const { result, transport } = await execute({
      script: { steps: { a: [fails("server_fault")], b: [gives(1)] } },
      plan: { forced: true },
    });
    expect(transport.exchanges.map(({ slug }) => slug)).toEqual(["a", "a"]);
    expect(result.kind).toBe("failed");
  });

  it("goes on to a fallback model of the caller even from a forced provider", async () => {
    const { result } = await execute({
      script: { steps: { a: [fails("model_gone")], b: [gives(1)] } },
      candidates: [candidate("a"), candidate("b", { modelIndex: 1 })],
      plan: { forced: true },
    });
    expect(result).toMatchObject({ generated: { model: "fallback-1" } });
    expect(attemptsOf(result)[1]?.reason).toBe("fallback_model");
  });

  it("tells the smallest Retry-After when everybody is overloaded", async () => {
    const { result } = await execute({
      script: {
        steps: {
          a: [fails("overloaded", { retryAfterMs: 7_000 })],
          b: [fails("overloaded", { retryAfterMs: 20_000 })],
        },
      },
    });
    expect(result).toMatchObject({
      error: { reason: "ALL_PROVIDERS_EXHAUSTED", retryAfterMs: 7_000 },
    });
  });

  it("lets the last word decide", async () => {
    const { result } = await execute({
      script: { steps: { a: [fails("quota")], b: [fails("caller_fault", { httpStatus: 400 })] } },
    });
    expect(result).toMatchObject({
      error: { reason: "UPSTREAM_REJECTED", metadata: { provider: "b", http_status: "400" } },
    });
  });

  it("fails with what it has when the plan is empty", async () => {
    const empty = await execute({ script: {}, candidates: [] });
    expect(empty.result).toMatchObject({ error: { reason: "NO_CAPABLE_PROVIDER" } });
    const tooDear = await execute({
      script: {},
      candidates: [],
      plan: { skipped: [{ ...skippedByRule, cause: "cost" }] },
    });
    expect(tooDear.result).toMatchObject({ error: { reason: "COST_LIMIT" } });
  });
});

describe("time", () => {
  it("gives each attempt its own limit, and moves on", async () => {
    const { result, transport } = await execute({
      script: { steps: { a: [{ kind: "hang", delivery: "ambiguous" }], b: [gives(1)] } },
    });
    expect(transport.exchanges.map(({ at }) => at)).toEqual([0, 60_000]);
    expect(attemptsOf(result)[0]).toMatchObject({
      failure: "timeout",
      delivery: "ambiguous",
      message: "No result within 60000 ms.",
      cost: { basis: "unknown" },
    });
  });

  it("takes the endpoint's timeout in place of the provider's", async () => {
    const { transport } = await execute({
      script: { steps: { a: [{ kind: "hang", delivery: "not_sent" }], b: [gives(1)] } },
      candidates: [candidate("a", { endpoint: { timeoutMs: 2_000 } }), candidate("b")],
    });
    expect(transport.exchanges.map(({ at }) => at)).toEqual([0, 2_000]);
  });

  it.each([true, false])("ends at the deadline (the caller's own: %s)", async (callerDeadline) => {
    const world = begin({
      script: { steps: { a: [{ kind: "hang", delivery: "ambiguous" }], b: [gives(1)] } },
      deadlineMs: 1_234,
      callerDeadline,
    });
    const result = await world.end();
    expect(result.at).toBe(1_234);
    expect(result).toMatchObject({ kind: "failed", error: { reason: "DEADLINE" } });
    expect(attemptsOf(result)).toMatchObject([{ outcome: "cancelled", failure: "deadline" }]);
    expect(world.transport.exchanges).toHaveLength(1);
  });

  it("leaves no timer behind", async () => {
    const { clock } = await execute({ script: { steps: { a: [fails("quota")], b: [gives(1)] } } });
    expect(clock.pending()).toBe(0);
  });
});

describe("a caller that leaves", () => {
  it("ends the provider's call at once", async () => {
    const world = begin({
      script: { steps: { a: [{ kind: "hang", delivery: "ambiguous" }], b: [gives(1)] } },
    });
    await world.clock.advance(500);
    world.caller.abort();
    const result = await world.end();
    expect(result.at).toBe(500);
    expect(world.transport.exchanges[0]?.exchange.signal.aborted).toBe(true);
    expect(result).toMatchObject({ kind: "failed", error: { reason: "CANCELLED" } });
    expect(attemptsOf(result)).toMatchObject([{ outcome: "cancelled", failure: "cancelled" }]);
  });

  it("leaves because of its deadline when it leaves at that very moment", async () => {
    const world = begin({
      script: { steps: { a: [{ kind: "hang", delivery: "ambiguous" }] } },
      deadlineMs: 1_500,
      callerDeadline: true,
    });
    await world.clock.advance(1_499);
    world.caller.abort();
    const result = await world.end();
    expect(result).toMatchObject({ at: 1_499, error: { reason: "DEADLINE" } });
    expect(attemptsOf(result)).toMatchObject([{ outcome: "cancelled", failure: "deadline" }]);
  });

  it("gets nothing, even when some images are there", async () => {
    const two = imageTask(2);
    const world = begin({
      task: two,
      script: { steps: { a: [gives(1), { kind: "hang", delivery: "ambiguous" }] } },
      candidates: [candidate("a", { task: two, maxCountPerCall: 1 })],
    });
    await world.clock.advance(100);
    world.caller.abort();
    const result = await world.end();
    expect(result).toMatchObject({ kind: "failed", error: { reason: "CANCELLED" } });
  });

  it("ends a wait between attempts", async () => {
    const world = begin({
      script: { steps: { a: [fails("overloaded", { retryAfterMs: 4_000 }), gives(1)] } },
      candidates: [candidate("a")],
    });
    await world.clock.advance(1_000);
    world.caller.abort();
    const result = await world.end();
    expect(result.at).toBe(1_000);
    expect(result).toMatchObject({ error: { reason: "CANCELLED" } });
  });
});

describe("money", () => {
  it("is what the provider reports, else what the catalogue says", async () => {
    const cost = { basis: "reported" as const, micros: 7, components: [] };
    const reported = await execute({ script: { steps: { a: [gives(1, { cost })] } } });
    expect(reported.result).toMatchObject({ generated: { cost } });
    const fromCatalog = await execute({ script: { steps: { a: [gives(1)] } } });
    expect(fromCatalog.result).toMatchObject({ generated: { cost: priced(1) } });
  });

  it("is unknown as soon as one attempt may have been billed", async () => {
    const { result } = await execute({
      script: { steps: { a: [breaks("ambiguous", "ambiguous")], b: [gives(1)] } },
    });
    expect(result).toMatchObject({ generated: { cost: { basis: "unknown" } } });
    expect(attemptsOf(result)[1]?.cost).toEqual(priced(1));
  });

  it("may have been billed by an answer of which not even the status could be read", async () => {
    const { result } = await execute({
      script: { steps: { a: [breaks("server_fault", "sent")] } },
      routing: { duplicateSpend: "forbid" },
    });
    expect(result).toMatchObject({ error: { reason: "AMBIGUOUS_OUTCOME" } });
  });

  it("is that of the tokens of a call that gave nothing, where they are told and billed", async () => {
    const usage = { inputTokens: 14, outputTokens: 0 };
    const { result } = await execute({
      script: {
        steps: {
          a: [fails("server_fault", { httpStatus: 200, billed: true, permanent: true, usage })],
          b: [gives(1)],
        },
      },
      price: (_provider, _model, _task, { inputTokens = 0 }, images) => ({
        basis: "priced",
        micros: images.length * 40_000 + inputTokens,
        components: [],
      }),
    });
    expect(attemptsOf(result)[0]?.cost).toMatchObject({ micros: 14 });
    expect(result).toMatchObject({ generated: { cost: { micros: 40_014 }, usage } });
  });

  it("stops before an attempt that would pass the limit", async () => {
    const { result, transport } = await execute({
      script: { steps: { a: [breaks("ambiguous", "ambiguous")], b: [gives(1)] } },
      candidates: [candidate("a", { cost: priced(1) }), candidate("b", { cost: priced(1) })],
      routing: { maxCostMicros: 60_000 },
    });
    expect(transport.exchanges.map(({ slug }) => slug)).toEqual(["a"]);
    expect(result).toMatchObject({
      error: { reason: "COST_LIMIT", metadata: { max_cost_micros: "60000" } },
    });
    expect(attemptsOf(result)[1]).toMatchObject({
      outcome: "skipped",
      message: "Its price would pass max_cost_micros.",
    });
  });

  it("does not count attempts that cost nothing", async () => {
    const { result } = await execute({
      script: { steps: { a: [fails("overloaded")], b: [gives(1)] } },
      candidates: [candidate("a", { cost: priced(1) }), candidate("b", { cost: priced(1) })],
      routing: { maxCostMicros: 60_000 },
    });
    expect(result.kind).toBe("generated");
  });
});

describe("what a provider is sent", () => {
  it("has the caller's options for it merged in, and nobody else's", async () => {
    const { transport } = await execute({
      script: { steps: { a: [gives(1)] } },
      request: { providerOptions: { a: { n: 9, extra: { deep: true } }, b: { other: 1 } } },
    });
    expect(transport.exchanges[0]?.exchange.call.body).toEqual({
      kind: "json",
      value: { n: 9, seed: undefined, extra: { deep: true } },
    });
  });

  it("tells a fault to embedded providers only", async () => {
    const labels = { "sandbox.fault": "a=http-503" };
    const { transport } = await execute({
      script: { steps: { a: [fails("quota")], b: [gives(1)] } },
      candidates: [candidate("a", { endpoint: { sandbox: true } }), candidate("b")],
      request: { labels },
    });
    expect(transport.exchanges.map(({ exchange }) => exchange.headers)).toEqual([
      { traceparent: "00-test", "x-spillway-sandbox-fault": "a=http-503" },
      { traceparent: "00-test" },
    ]);
  });

  it("carries the first key, and nothing secret is told to who watches", async () => {
    const { transport, observed } = await execute({ script: { steps: { a: [gives(1)] } } });
    expect(transport.exchanges[0]?.exchange.key?.reveal()).toBe("a-key");
    expect(observed).toEqual([
      { method: "POST", url: "https://a.test/v1/submit", purpose: "submit" },
    ]);
  });
});

describe("images", () => {
  const four = imageTask(4, 42);

  it("are made by parallel calls when one call cannot make them all", async () => {
    const { result, transport } = await execute({
      task: imageTask(10),
      script: {
        steps: { a: [gives(4, { ms: 100 }), gives(4, { ms: 100 }), gives(2, { ms: 100 })] },
      },
      candidates: [candidate("a", { task: imageTask(10), maxCountPerCall: 4 })],
    });
    expect(transport.exchanges.map(({ at, exchange }) => [at, exchange.call.body])).toMatchObject([
      [0, { value: { n: 4 } }],
      [0, { value: { n: 4 } }],
      [0, { value: { n: 2 } }],
    ]);
    if (result.kind !== "generated" || result.generated.output.kind !== "images") {
      throw new Error("There are no images.");
    }
    expect(result.generated.output.images.map(({ height }) => height)).toEqual([
      1, 2, 3, 4, 1, 2, 3, 4, 1, 2,
    ]);
    expect(result.generated.attempts).toHaveLength(1);
    expect(result.generated.cost).toMatchObject({ micros: 400_000 });
  });

  it("have different seeds in parallel calls", async () => {
    const { transport } = await execute({
      task: four,
      script: { steps: { a: [gives(2), gives(2)] } },
      candidates: [candidate("a", { task: four, maxCountPerCall: 2 })],
    });
    expect(transport.exchanges.map(({ exchange }) => exchange.call.body)).toMatchObject([
      { value: { n: 2, seed: 42 } },
      { value: { n: 2, seed: 44 } },
    ]);
  });

  it("that came are kept, and only the missing ones are asked of the next target", async () => {
    const { result, transport } = await execute({
      task: four,
      script: { steps: { a: [gives(2), fails("server_fault")], b: [gives(2)] } },
      candidates: [
        candidate("a", { task: four, maxCountPerCall: 2 }),
        candidate("b", { task: four }),
      ],
    });
    expect(transport.exchanges[2]?.exchange.call.body).toMatchObject({ value: { n: 2, seed: 44 } });
    expect(attemptsOf(result)).toMatchObject([
      { provider: "a", outcome: "partial", failure: "server_fault", cost: { micros: 80_000 } },
      { provider: "b", outcome: "succeeded", reason: "missing_images" },
    ]);
    if (result.kind !== "generated" || result.generated.output.kind !== "images") {
      throw new Error("There are no images.");
    }
    expect(result.generated.output.images.map(({ provider }) => provider)).toEqual([
      "a",
      "a",
      "b",
      "b",
    ]);
    expect(result.generated.cost).toMatchObject({ micros: 160_000 });
  });

  it("that are fewer than asked inside a success are a partial result too", async () => {
    const { result, transport } = await execute({
      task: four,
      script: { steps: { a: [gives(3)], b: [gives(1)] } },
      candidates: [candidate("a", { task: four }), candidate("b", { task: four })],
    });
    expect(attemptsOf(result)[0]).toMatchObject({
      outcome: "partial",
      failure: "server_fault",
      message: "The provider returned 3 of 4 images.",
    });
    expect(transport.exchanges[1]?.exchange.call.body).toMatchObject({ value: { n: 1 } });
  });

  it("that are there are the result when nobody makes the rest", async () => {
    const { result } = await execute({
      task: four,
      script: { steps: { a: [gives(3)], b: [fails("quota")] } },
      candidates: [candidate("a", { task: four }), candidate("b", { task: four })],
    });
    if (result.kind !== "generated" || result.generated.output.kind !== "images") {
      throw new Error("There are no images.");
    }
    expect(result.generated.output.images).toHaveLength(3);
    expect(result.generated.provider).toBe("a");
    expect(result.generated.attempts.map(({ outcome }) => outcome)).toEqual(["partial", "failed"]);
  });

  it("that a provider's safety held back are not asked of another one", async () => {
    const shortfall = {
      class: "refused" as const,
      delivery: "sent" as const,
      message: "One image was held back.",
    };
    const { result, transport } = await execute({
      task: four,
      script: { steps: { a: [gives(3, { shortfall })], b: [gives(1)] } },
      candidates: [candidate("a", { task: four }), candidate("b", { task: four })],
    });
    expect(transport.exchanges).toHaveLength(1);
    expect(result.kind).toBe("generated");
    expect(attemptsOf(result)[0]).toMatchObject({ outcome: "partial", failure: "refused" });
  });

  it("that are missing are asked of the same target when there is no other", async () => {
    const adjustment = {
      field: "options.seed",
      requested: "42",
      applied: "",
      kind: "dropped" as const,
      provider: "a",
      reason: "It has no seed.",
    };
    const { result } = await execute({
      task: four,
      script: { steps: { a: [gives(3), gives(1)] } },
      candidates: [candidate("a", { task: four, adjustments: [adjustment] })],
    });
    expect(result).toMatchObject({ generated: { adjustments: [adjustment] } });
    expect(attemptsOf(result).map(({ reason, outcome }) => [reason, outcome])).toEqual([
      ["first", "partial"],
      ["retry", "succeeded"],
    ]);
  });

  it("are asked of a server that makes one at a time until all are there", async () => {
    const { result, transport } = await execute({
      task: four,
      script: { steps: { a: [gives(1), gives(1), gives(1), gives(1)] } },
      candidates: [candidate("a", { task: four })],
    });
    expect(attemptsOf(result).map(({ reason, outcome }) => [reason, outcome])).toEqual([
      ["first", "partial"],
      ["retry", "partial"],
      ["retry", "partial"],
      ["retry", "succeeded"],
    ]);
    const counts = transport.exchanges.map(({ exchange }) => exchange.call.body);
    expect(counts).toMatchObject([4, 3, 2, 1].map((n) => ({ value: { n } })));
  });

  it("are asked of a server that makes one at a time as often as attempts are allowed", async () => {
    const { result } = await execute({
      task: four,
      script: { steps: { a: [gives(1), gives(1), gives(1)] } },
      candidates: [candidate("a", { task: four })],
      routing: { maxAttempts: 3 },
    });
    expect(result).toMatchObject({ generated: { output: { images: [{}, {}, {}] } } });
  });

  it("are asked of the same target no more once a further attempt brings none", async () => {
    const { result, transport } = await execute({
      task: four,
      script: { steps: { a: [gives(1), gives(1), gives(0), gives(2)] } },
      candidates: [candidate("a", { task: four })],
    });
    expect(transport.exchanges).toHaveLength(3);
    expect(result).toMatchObject({ generated: { output: { images: [{}, {}] } } });
  });

  it("are not asked for again when one of several calls may have been billed", async () => {
    const { result, transport } = await execute({
      task: four,
      script: {
        steps: { a: [fails("overloaded"), breaks("ambiguous", "ambiguous")], b: [gives(4)] },
      },
      candidates: [
        candidate("a", { task: four, maxCountPerCall: 2 }),
        candidate("b", { task: four }),
      ],
      routing: { duplicateSpend: "forbid" },
    });
    expect(transport.exchanges.map(({ slug }) => slug)).toEqual(["a", "a"]);
    expect(result).toMatchObject({ error: { reason: "AMBIGUOUS_OUTCOME" } });
  });

  it("that are none make the cost unknown, also when others are fine", async () => {
    const two = imageTask(2);
    const junk = { content: { kind: "bytes" as const, bytes: new Uint8Array(50) } };
    const { result } = await execute({
      task: two,
      script: {
        steps: {
          a: [gives(0, { output: { kind: "images", images: [image(1), junk] } })],
          b: [gives(1)],
        },
      },
      candidates: [candidate("a", { task: two }), candidate("b", { task: two })],
    });
    expect(attemptsOf(result)[0]).toMatchObject({ outcome: "partial", cost: { basis: "unknown" } });
  });

  it("that arrive too late are a timeout, after the provider did its work", async () => {
    const { result, transport } = await execute({
      script: { steps: { a: [givesLink(0)], b: [gives(1)] }, download: neverThere },
    });
    expect(transport.exchanges[1]?.at).toBe(60_000);
    expect(attemptsOf(result)[0]).toMatchObject({ failure: "timeout", delivery: "sent" });
  });

  it("that arrive too late are not bought again where that is forbidden", async () => {
    const { result, transport } = await execute({
      script: { steps: { a: [givesLink(0)], b: [gives(1)] }, download: neverThere },
      routing: { duplicateSpend: "forbid" },
    });
    expect(transport.exchanges.map(({ slug }) => slug)).toEqual(["a"]);
    expect(result).toMatchObject({ error: { reason: "AMBIGUOUS_OUTCOME" } });
    expect(attemptsOf(result)).toMatchObject([{ failure: "timeout", cost: { basis: "unknown" } }]);
  });

  it("that are missing in a success are not bought again where that is forbidden", async () => {
    const setup = { script: { steps: { a: [gives(0)], b: [gives(1)] } } };
    const allowed = await execute(setup);
    expect(allowed.result).toMatchObject({ generated: { provider: "b" } });
    const { result, transport } = await execute({
      ...setup,
      routing: { duplicateSpend: "forbid" },
    });
    expect(transport.exchanges.map(({ slug }) => slug)).toEqual(["a"]);
    expect(result).toMatchObject({ error: { reason: "AMBIGUOUS_OUTCOME" } });
    expect(attemptsOf(result)).toMatchObject([
      { failure: "server_fault", cost: { basis: "unknown" } },
    ]);
  });

  it("that are there at the end of the attempt's time have time of their own to be fetched", async () => {
    const result = await slowly({});
    expect(attemptsOf(result)).toMatchObject([{ outcome: "succeeded" }]);
    expect(result.at).toBe(89_000);
  });

  it("are not waited for beyond the deadline of the request", async () => {
    const result = await slowly({ deadlineMs: 70_000, callerDeadline: true });
    expect(result).toMatchObject({ at: 70_000, error: { reason: "DEADLINE" } });
  });

  it("that cannot be fetched are the server's fault, after the work was paid", async () => {
    const url = "https://files.test/1.png?signature=secret";
    const linked = gives(0, {
      output: { kind: "images", images: [{ content: { kind: "url", url } }] },
    });
    const { result, transport, observed } = await execute({
      script: {
        steps: { a: [linked], b: [gives(1)] },
        download: () => ({
          kind: "failed",
          failure: { class: "server_fault", delivery: "sent", message: "404", httpStatus: 404 },
        }),
      },
      routing: { duplicateSpend: "forbid" },
    });
    expect(result).toMatchObject({ error: { reason: "AMBIGUOUS_OUTCOME" } });
    expect(attemptsOf(result)[0]).toMatchObject({
      failure: "server_fault",
      delivery: "sent",
      cost: { basis: "unknown" },
    });
    expect(transport.downloads).toHaveLength(2);
    expect(observed[1]).toEqual({
      method: "GET",
      url: "https://files.test/1.png",
      purpose: "download",
    });
  });
});

/** An answer, after so many milliseconds, that says where the image is. */
function givesLink(ms: number) {
  const content = { kind: "url" as const, url: "https://files.test/slow.png" };
  return gives(0, { ms, output: { kind: "images", images: [{ content }] } });
}

/** A file that does not come. */
function neverThere({ signal }: Download): Promise<DownloadResult> {
  return new Promise((resolve) => {
    const failure = { class: "cancelled", delivery: "ambiguous", message: "Aborted." } as const;
    signal.addEventListener("abort", () => resolve({ kind: "failed", failure }));
  });
}

/** An image that is made after 59 s of the attempt's minute, and whose file takes half a minute. */
function slowly(setup: Partial<Setup>) {
  const clock = manualClock();
  const download = async ({ signal }: Download): Promise<DownloadResult> => {
    await clock.sleep(30_000, signal);
    return { kind: "file", bytes: pngHeader(10, 1), contentType: "" };
  };
  const script = { steps: { a: [givesLink(59_000)] }, download };
  return begin({ ...setup, clock, script, candidates: [candidate("a")] }).end();
}
