import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { failureClasses } from "../../src/domain/failure.ts";
import { failureTable } from "../../src/failover/failure-table.ts";
import { codeName, codeOfReason } from "../../src/rpc/canonical-code.ts";

const page = readFileSync("docs/errors.md", "utf8");

/** How the page words what the table says. */
const sameTarget = {
  never: "no",
  once_at_once: "once, at once",
  once_with_jitter: "once, with jitter",
  when_retry_after_fits: "when no other target is left and Retry-After is at most 5 s",
};
const nextTarget = {
  yes: "yes",
  no: "no",
  by_refusal_policy: "only with `on_refusal: next`",
};

describe("docs/errors.md", () => {
  it("lists every reason with its code, and no other", () => {
    const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| `([A-Z_]+)` \| .+ \| .+ \|$/gm)];
    expect(rows.map(([, reason, code]) => [reason, code])).toEqual(
      Object.entries(codeOfReason).map(([reason, code]) => [reason, codeName(code)]),
    );
  });

  it("says what the failure table says, class by class", () => {
    const rows = [
      ...page.matchAll(/^\| `([a-z_]+)` \| .+? \| (.+?) \| (.+?) \| `([A-Z_]+)` \|$/gm),
    ];
    expect(rows.map(([, name, same, next, reason]) => ({ name, same, next, reason }))).toEqual(
      failureClasses.map((name) => ({
        name,
        same: sameTarget[failureTable[name].sameTarget],
        next: nextTarget[failureTable[name].nextTarget],
        reason: failureTable[name].reason,
      })),
    );
  });
});
