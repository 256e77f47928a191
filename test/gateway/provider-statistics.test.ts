import { describe, expect, it } from "vitest";
import type { Attempt } from "../../src/domain/attempt.ts";
import { noCost } from "../../src/domain/cost.ts";
import { ProviderStatistics } from "../../src/gateway/provider-statistics.ts";

describe("the statistics of providers", () => {
  it("know nothing of a provider that was never asked", () => {
    expect(new ProviderStatistics().of("openai")).toEqual({});
  });

  it("give the median of successful attempts and the share of them", () => {
    const statistics = new ProviderStatistics();
    statistics.record([
      attempt({ durationMs: 30 }),
      attempt({ durationMs: 10 }),
      attempt({ durationMs: 20 }),
      attempt({ outcome: "failed", failure: "server_fault", durationMs: 999 }),
    ]);
    expect(statistics.of("openai")).toEqual({ latencyMs: 20, successRate: 0.75 });
  });

  it("do not count what is the caller's doing, nor what was skipped", () => {
    const statistics = new ProviderStatistics();
    statistics.record([
      attempt({ outcome: "failed", failure: "refused" }),
      attempt({ outcome: "failed", failure: "caller_fault" }),
      attempt({ outcome: "cancelled", failure: "cancelled" }),
      attempt({ outcome: "skipped" }),
    ]);
    expect(statistics.of("openai")).toEqual({});
  });

  it("forget a provider that has moved", () => {
    const statistics = new ProviderStatistics();
    statistics.record([attempt({ durationMs: 30 })]);
    statistics.forget("openai");
    expect(statistics.of("openai")).toEqual({});
  });

  it("forget what is longer ago than 128 attempts", () => {
    const statistics = new ProviderStatistics();
    statistics.record(
      Array.from({ length: 128 }, () => attempt({ outcome: "failed", failure: "timeout" })),
    );
    expect(statistics.of("openai").successRate).toBe(0);
    statistics.record(Array.from({ length: 128 }, () => attempt({ durationMs: 5 })));
    expect(statistics.of("openai")).toEqual({ latencyMs: 5, successRate: 1 });
  });
});

function attempt(overrides: Partial<Attempt>): Attempt {
  return {
    number: 1,
    model: "gpt-image-2",
    provider: "openai",
    upstreamModel: "gpt-image-2",
    priority: 0,
    weight: 1,
    reason: "first",
    startTime: 0,
    durationMs: 1,
    outcome: "succeeded",
    message: "",
    cost: noCost,
    discardOutput: false,
    ...overrides,
  };
}
