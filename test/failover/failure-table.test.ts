import { describe, expect, it } from "vitest";
import { failureClasses } from "../../src/domain/failure.ts";
import { failureTable } from "../../src/failover/failure-table.ts";

/** failures.md, row by row: class, same target again, next target, health signal, what the caller sees. */
const rows = [
  ["never_sent", "once_at_once", "yes", "strong", "ALL_PROVIDERS_EXHAUSTED"],
  ["overloaded", "when_retry_after_fits", "yes", "cool_down", "ALL_PROVIDERS_EXHAUSTED"],
  ["server_fault", "once_with_jitter", "yes", "counts", "ALL_PROVIDERS_EXHAUSTED"],
  ["timeout", "never", "unless_duplicate_spend_is_forbidden", "counts", "ALL_PROVIDERS_EXHAUSTED"],
  ["ambiguous", "never", "unless_duplicate_spend_is_forbidden", "weak", "ALL_PROVIDERS_EXHAUSTED"],
  ["quota", "never", "yes", "key_out", "ALL_PROVIDERS_EXHAUSTED"],
  ["credential", "never", "yes", "key_out", "ALL_PROVIDERS_EXHAUSTED"],
  ["model_gone", "never", "yes", "target_out", "ALL_PROVIDERS_EXHAUSTED"],
  ["unsupported_here", "never", "yes", "none", "NO_CAPABLE_PROVIDER"],
  ["caller_fault", "never", "no", "none", "UPSTREAM_REJECTED"],
  ["refused", "never", "by_refusal_policy", "none", "CONTENT_REFUSED"],
  ["cancelled", "never", "no", "none", "CANCELLED"],
  ["deadline", "never", "no", "none", "DEADLINE"],
  ["unknown", "never", "yes", "weak", "ALL_PROVIDERS_EXHAUSTED"],
] as const;

describe("the failure table", () => {
  it("has a row for every class, and no other", () => {
    expect(Object.keys(failureTable).sort()).toEqual([...failureClasses].sort());
    expect(rows.map(([name]) => name)).toEqual(failureClasses);
  });

  it.each(rows)("says what follows from %s", (name, sameTarget, nextTarget, health, reason) => {
    expect(failureTable[name]).toEqual({ sameTarget, nextTarget, health, reason });
  });
});
