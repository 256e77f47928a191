import { describe, expect, it } from "vitest";
import type { DeliveryState, FailureClass } from "../../src/domain/failure.ts";
import type { ErrorReason } from "../../src/domain/gateway-error.ts";
import { attemptsOf, breaks, candidate, execute, fails, gives, imageTask } from "./world.ts";

interface Row {
  readonly class: FailureClass;
  readonly delivery: DeliveryState;
  /** The attempts at target a, when it fails every time, before b is asked. */
  readonly attemptsAtOne: number;
  readonly asksNext: boolean;
  /** What the caller is told when the target is the only one. */
  readonly reason: ErrorReason;
  /** The same with duplicate_spend FORBID. */
  readonly reasonForbidden?: ErrorReason;
}

const exhausted = "ALL_PROVIDERS_EXHAUSTED";
const rows: readonly Row[] = [
  {
    class: "never_sent",
    delivery: "not_sent",
    attemptsAtOne: 2,
    asksNext: true,
    reason: exhausted,
  },
  { class: "overloaded", delivery: "sent", attemptsAtOne: 1, asksNext: true, reason: exhausted },
  { class: "server_fault", delivery: "sent", attemptsAtOne: 2, asksNext: true, reason: exhausted },
  {
    class: "timeout",
    delivery: "ambiguous",
    attemptsAtOne: 1,
    asksNext: true,
    reason: exhausted,
    reasonForbidden: "AMBIGUOUS_OUTCOME",
  },
  {
    class: "ambiguous",
    delivery: "ambiguous",
    attemptsAtOne: 1,
    asksNext: true,
    reason: exhausted,
    reasonForbidden: "AMBIGUOUS_OUTCOME",
  },
  { class: "quota", delivery: "sent", attemptsAtOne: 1, asksNext: true, reason: exhausted },
  { class: "credential", delivery: "sent", attemptsAtOne: 1, asksNext: true, reason: exhausted },
  { class: "model_gone", delivery: "sent", attemptsAtOne: 1, asksNext: true, reason: exhausted },
  {
    class: "unsupported_here",
    delivery: "sent",
    attemptsAtOne: 1,
    asksNext: true,
    reason: "NO_CAPABLE_PROVIDER",
  },
  {
    class: "caller_fault",
    delivery: "sent",
    attemptsAtOne: 1,
    asksNext: false,
    reason: "UPSTREAM_REJECTED",
  },
  {
    class: "refused",
    delivery: "sent",
    attemptsAtOne: 1,
    asksNext: false,
    reason: "CONTENT_REFUSED",
  },
  { class: "cancelled", delivery: "sent", attemptsAtOne: 1, asksNext: false, reason: "CANCELLED" },
  { class: "deadline", delivery: "sent", attemptsAtOne: 1, asksNext: false, reason: "DEADLINE" },
  { class: "unknown", delivery: "sent", attemptsAtOne: 1, asksNext: true, reason: exhausted },
];

describe.each(rows)("after $class", (row) => {
  const failing = row.delivery === "sent" ? fails(row.class) : breaks(row.class, row.delivery);

  it(`${row.asksNext ? "asks the next target" : "stops"}`, async () => {
    const { result, transport } = await execute({
      script: { steps: { a: [failing], b: [gives(1)] } },
    });
    const slugs = transport.exchanges.map(({ slug }) => slug);
    const atOne = Array.from({ length: row.attemptsAtOne }, () => "a");
    expect(slugs).toEqual(row.asksNext ? [...atOne, "b"] : atOne);
    expect(result.kind).toBe(row.asksNext ? "generated" : "failed");
    const [first] = attemptsOf(result);
    const ended = row.class === "cancelled" || row.class === "deadline";
    expect(first).toMatchObject({
      number: 1,
      reason: "first",
      outcome: ended ? "cancelled" : "failed",
      failure: row.class,
      delivery: row.delivery,
      message: `It was ${row.class}.`,
    });
  });

  it(`tells ${row.reason} when it is the last word`, async () => {
    const { result } = await execute({
      script: { steps: { a: [failing] } },
      candidates: [candidate("a")],
    });
    if (result.kind !== "failed") throw new Error("It did not fail.");
    expect(result.error.reason).toBe(row.reason);
    expect(result.error.attempts).toHaveLength(row.attemptsAtOne);
    expect(result.error.metadata).toMatchObject({ model: "m", provider: "a", failure: row.class });
  });

  it("never pays twice when that is forbidden", async () => {
    const { result, transport } = await execute({
      script: { steps: { a: [failing], b: [gives(1)] } },
      routing: { duplicateSpend: "forbid" },
    });
    const submits = transport.exchanges.map(({ slug }) => slug);
    if (row.reasonForbidden === undefined) {
      expect(submits.includes("b")).toBe(row.asksNext);
      return;
    }
    expect(submits).toEqual(["a"]);
    expect(result).toMatchObject({ kind: "failed", error: { reason: row.reasonForbidden } });
  });
});

describe("an overloaded target", () => {
  const one = [candidate("a", { task: imageTask(1) })];

  it("is waited for as long as it says when there is no other", async () => {
    const { result, transport } = await execute({
      script: { steps: { a: [fails("overloaded", { retryAfterMs: 3_000 }), gives(1)] } },
      candidates: one,
    });
    expect(result.kind).toBe("generated");
    expect(transport.exchanges.map(({ at }) => at)).toEqual([0, 3_050]);
    expect(attemptsOf(result)[0]).toMatchObject({ retryAfterMs: 3_000, failure: "overloaded" });
    expect(attemptsOf(result)[1]).toMatchObject({ reason: "retry", outcome: "succeeded" });
  });

  it("is not waited for when the wait does not fit the time left", async () => {
    const { result, transport } = await execute({
      script: { steps: { a: [fails("overloaded", { retryAfterMs: 3_000 })] } },
      candidates: one,
      deadlineMs: 2_000,
    });
    expect(transport.exchanges).toHaveLength(1);
    expect(result).toMatchObject({
      error: { reason: "ALL_PROVIDERS_EXHAUSTED", retryAfterMs: 3_000 },
    });
  });

  it("is not waited for when the wait is long", async () => {
    const { result, transport } = await execute({
      script: { steps: { a: [fails("overloaded", { retryAfterMs: 60_000 })] } },
      candidates: one,
    });
    expect(transport.exchanges).toHaveLength(1);
    expect(result).toMatchObject({ error: { retryAfterMs: 60_000 } });
  });

  it("is left for another target at once", async () => {
    const { result, transport } = await execute({
      script: { steps: { a: [fails("overloaded", { retryAfterMs: 10 })], b: [gives(1)] } },
    });
    expect(transport.exchanges.map(({ slug, at }) => [slug, at])).toEqual([
      ["a", 0],
      ["b", 0],
    ]);
    expect(attemptsOf(result)[1]?.reason).toBe("failover");
  });
});

describe("a refusal", () => {
  const script = { steps: { a: [fails("refused")], b: [gives(1)] } };

  it("goes on when the rule says so", async () => {
    const { result } = await execute({ script, plan: { onRefusal: "next" } });
    expect(result.kind).toBe("generated");
  });

  it("stops when the request says so, whatever the rule says", async () => {
    const { result } = await execute({
      script,
      plan: { onRefusal: "next" },
      routing: { onRefusal: "stop" },
    });
    expect(result).toMatchObject({ kind: "failed", error: { reason: "CONTENT_REFUSED" } });
  });

  it("goes on when the request says so, whatever the rule says", async () => {
    const { result } = await execute({ script, routing: { onRefusal: "next" } });
    expect(result.kind).toBe("generated");
  });
});

describe("an answer that is no answer", () => {
  it("is the server's fault when it is no JSON", async () => {
    const { result } = await execute({
      script: { steps: { a: [{ kind: "text", status: 200, text: "<html>" }], b: [gives(1)] } },
    });
    expect(attemptsOf(result)[0]).toMatchObject({
      failure: "server_fault",
      delivery: "sent",
      httpStatus: 200,
      message: "The provider's answer is not JSON.",
    });
    expect(result.kind).toBe("generated");
  });

  it("is the server's fault when it has no image", async () => {
    const { result } = await execute({ script: { steps: { a: [gives(0)], b: [gives(1)] } } });
    expect(attemptsOf(result)[0]).toMatchObject({ failure: "server_fault", outcome: "failed" });
  });

  it("is the server's fault when the image is none", async () => {
    const spoiled = gives(0, {
      output: {
        kind: "images",
        images: [{ content: { kind: "bytes", bytes: new TextEncoder().encode("not an image") } }],
      },
    });
    const { result } = await execute({ script: { steps: { a: [spoiled], b: [gives(1)] } } });
    expect(attemptsOf(result)[0]).toMatchObject({
      failure: "server_fault",
      delivery: "sent",
      cost: { basis: "unknown" },
    });
  });
});
