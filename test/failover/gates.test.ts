import { describe, expect, it } from "vitest";
import type { Entry, Gate } from "../../src/failover/gate.ts";
import type { Endpoint } from "../../src/providers/endpoint.ts";
import { attemptsOf, breaks, candidate, execute, fails, gives } from "./world.ts";

const full: Entry = { kind: "refused", retryAfterMs: 700 };

describe("a provider at its limit", () => {
  it("is passed over while another one is left, and the report says why", async () => {
    const gates = new Gates({ a: [full] });
    const { result, transport, skipped } = await execute({
      script: { steps: { b: [gives(1)] } },
      gateOf: gates.of,
    });
    expect(
      attemptsOf(result).map(({ provider, outcome, reason, message }) => [
        provider,
        outcome,
        reason,
        message,
      ]),
    ).toEqual([
      ["a", "skipped", "first", "a runs as many attempts as its max_concurrent allows."],
      ["b", "succeeded", "first", ""],
    ]);
    expect(skipped).toHaveLength(1);
    expect(transport.exchanges).toHaveLength(1);
    expect(gates.story).toEqual(["a asked", "b asked patiently", "b left"]);
  });

  it("is waited for when it is the last one, and is the answer when there is no place", async () => {
    const gates = new Gates({ a: [full], b: [full] });
    const { result, transport } = await execute({ script: { steps: {} }, gateOf: gates.of });
    if (result.kind !== "failed") throw new Error("It succeeded.");
    expect(result.error).toMatchObject({
      reason: "OVERLOADED",
      retryAfterMs: 700,
      metadata: { model: "m", provider: "b", upstream_model: "b-m" },
    });
    expect(result.error.attempts?.map(({ outcome }) => outcome)).toEqual(["skipped", "skipped"]);
    expect(transport.exchanges).toEqual([]);
    expect(gates.story).toEqual(["a asked", "b asked patiently"]);
  });

  it("is waited for when it was asked for by name", async () => {
    const gates = new Gates({});
    await execute({
      script: { steps: { a: [gives(1)] } },
      plan: { forced: true },
      gateOf: gates.of,
    });
    expect(gates.story).toEqual(["a asked patiently", "a left"]);
  });

  it("does not count as an attempt", async () => {
    const gates = new Gates({ a: [full] });
    const { result } = await execute({
      script: { steps: { b: [gives(1)] } },
      routing: { maxAttempts: 1 },
      gateOf: gates.of,
    });
    expect(result.kind).toBe("generated");
  });

  it("gets its place back after every attempt, before a retry as well", async () => {
    const gates = new Gates({});
    const { result } = await execute({
      script: { steps: { a: [breaks("never_sent", "not_sent"), fails("quota")], b: [gives(1)] } },
      gateOf: gates.of,
    });
    expect(result.kind).toBe("generated");
    expect(gates.story).toEqual([
      "a asked",
      "a left",
      "a asked",
      "a left",
      "b asked patiently",
      "b left",
    ]);
  });

  it("keeps the images that came before it", async () => {
    const task = { ...candidate("a").fit.task };
    const gates = new Gates({ b: [full] });
    const { result } = await execute({
      task: { ...task, options: { count: 2 } } as typeof task,
      script: { steps: { a: [gives(1)] } },
      gateOf: gates.of,
    });
    expect(result.kind).toBe("generated");
    expect(attemptsOf(result).map(({ outcome }) => outcome)).toEqual(["partial", "skipped"]);
  });

  it("is not asked for a caller that left in the meantime", async () => {
    const caller = new AbortController();
    const gates = new Gates({
      a: [
        () => {
          caller.abort();
          return { kind: "ended" };
        },
      ],
    });
    const { result, transport } = await execute({
      caller,
      script: { steps: {} },
      gateOf: gates.of,
    });
    expect(result).toMatchObject({ kind: "failed", error: { reason: "CANCELLED" } });
    expect(transport.exchanges).toEqual([]);
    expect(gates.story).toEqual(["a asked"]);
  });
});

/** A gate for each provider: open, but for what the script says, and a story of who passed. */
class Gates {
  readonly story: string[] = [];
  readonly #script: Readonly<Record<string, (Entry | (() => Entry))[]>>;

  constructor(script: Readonly<Record<string, (Entry | (() => Entry))[]>>) {
    this.#script = script;
  }

  readonly of = ({ slug }: Endpoint): Gate => ({
    enter: (_caller, patient) => {
      this.story.push(`${slug} asked${patient ? " patiently" : ""}`);
      const step = this.#script[slug]?.shift() ?? { kind: "admitted" };
      return typeof step === "function" ? step() : step;
    },
    leave: () => void this.story.push(`${slug} left`),
  });
}
