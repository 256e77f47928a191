import { describe, expect, it } from "vitest";
import { failureClasses } from "../../src/domain/failure.ts";
import { failureTable } from "../../src/failover/failure-table.ts";

/** Row by row: class, same target again, next target, whether it may be billed, health signal, what the caller sees. */
const rows = [
  ["never_sent", "once_at_once", "yes", false, "counts", "ALL_PROVIDERS_EXHAUSTED"],
  ["overloaded", "when_retry_after_fits", "yes", false, "cool_down", "ALL_PROVIDERS_EXHAUSTED"],
  ["server_fault", "once_with_jitter", "yes", true, "counts", "ALL_PROVIDERS_EXHAUSTED"],
  ["timeout", "never", "yes", true, "counts", "ALL_PROVIDERS_EXHAUSTED"],
  ["ambiguous", "never", "yes", true, "weak", "ALL_PROVIDERS_EXHAUSTED"],
  ["quota", "never", "yes", false, "key_out", "ALL_PROVIDERS_EXHAUSTED"],
  ["credential", "never", "yes", false, "key_out", "ALL_PROVIDERS_EXHAUSTED"],
  ["model_gone", "never", "yes", false, "target_out", "ALL_PROVIDERS_EXHAUSTED"],
  ["unsupported_here", "never", "yes", false, "none", "NO_CAPABLE_PROVIDER"],
  ["caller_fault", "never", "no", false, "none", "UPSTREAM_REJECTED"],
  ["refused", "never", "by_refusal_policy", true, "none", "CONTENT_REFUSED"],
  ["cancelled", "never", "no", true, "none", "CANCELLED"],
  ["deadline", "never", "no", true, "none", "DEADLINE"],
  ["unknown", "never", "yes", true, "weak", "ALL_PROVIDERS_EXHAUSTED"],
] as const;

describe("the failure table", () => {
  it("has a row for every class, and no other", () => {
    expect(Object.keys(failureTable).sort()).toEqual([...failureClasses].sort());
    expect(rows.map(([name]) => name)).toEqual(failureClasses);
  });

  it.each(rows)(
    "says what follows from %s",
    (name, sameTarget, nextTarget, mayBill, health, reason) => {
      expect(failureTable[name]).toEqual({ sameTarget, nextTarget, mayBill, health, reason });
    },
  );
});
