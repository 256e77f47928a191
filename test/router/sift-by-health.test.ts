import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OutageCause } from "../../src/domain/health.ts";
import type { Outlook } from "../../src/router/outlook.ts";
import type { Candidate } from "../../src/router/plan.ts";
import { mostEjected, siftByHealth, soonestBackFirst } from "../../src/router/sift-by-health.ts";
import { candidate } from "../failover/world.ts";

const causes: readonly OutageCause[] = ["ejected", "probing", "cooling_down", "no_key", "no_model"];

const member = fc.record({
  priority: fc.nat({ max: 2 }),
  out: fc.option(
    fc.record({ cause: fc.constantFrom(...causes), leftMs: fc.nat({ max: 300_000 }) }),
    { nil: undefined },
  ),
});

/** Candidates p0, p1 … and what their health is. */
function world(members: readonly { priority: number; out: Outlook["out"] }[]) {
  const candidates = members.map(({ priority }, index) => candidate(`p${index}`, { priority }));
  const outlook = ({ endpoint }: Candidate): Outlook => {
    const { out } = members[Number(endpoint.slug.slice(1))] ?? {};
    return { state: out === undefined ? "healthy" : "ejected", out, weightFactor: 1 };
  };
  return { candidates, view: { quiet: false, outlook } };
}

describe("sifting by health", () => {
  it("never keeps more of a group out for its failures than half, or one; never all; and who is well never", () => {
    fc.assert(
      fc.property(fc.array(member, { minLength: 1, maxLength: 9 }), (members) => {
        const { candidates, view } = world(members);
        const sifted = siftByHealth(candidates, view);
        expect(sifted.candidates.length).toBeGreaterThan(0);
        expect(sifted.candidates.length + sifted.skipped.length).toBe(candidates.length);
        const all = members.every(({ out }) => out !== undefined);
        expect(sifted.allOut).toBe(all);
        if (all) expect(sifted.skipped).toEqual([]);
        for (const priority of [0, 1, 2]) {
          const group = members.filter((one) => one.priority === priority);
          const opinions = sifted.skipped.filter((one) => {
            const { out } = members[Number(one.provider.slice(1))] ?? {};
            expect(out).toBeDefined();
            return (
              one.priority === priority && (out?.cause === "ejected" || out?.cause === "probing")
            );
          });
          expect(opinions.length).toBeLessThanOrEqual(mostEjected(group.length));
        }
      }),
    );
  });

  it("spares those of too many that would be back first", () => {
    const out = (leftMs: number) => ({ priority: 0, out: { cause: "ejected" as const, leftMs } });
    const { candidates, view } = world([
      out(9_000),
      out(1_000),
      out(5_000),
      { priority: 0, out: undefined },
    ]);
    const { skipped } = siftByHealth(candidates, view);
    expect(skipped.map(({ provider, reason }) => [provider, reason])).toEqual([
      ["p0", "p0 failed too often and is ejected for another 9 s."],
      ["p2", "p2 failed too often and is ejected for another 5 s."],
    ]);
  });

  it("puts first who would be back first when nobody is left", () => {
    const out = (leftMs: number) => ({
      priority: 0,
      out: { cause: "cooling_down" as const, leftMs },
    });
    const { candidates, view } = world([out(9_000), out(1_000), out(5_000)]);
    const order = soonestBackFirst(siftByHealth(candidates, view).candidates);
    expect(order.map(({ endpoint }) => endpoint.slug)).toEqual(["p1", "p2", "p0"]);
  });

  it("leaves the candidates as they are while all is quiet", () => {
    const { candidates, view } = world([{ priority: 0, out: undefined }]);
    expect(siftByHealth(candidates, { ...view, quiet: true }).candidates).toBe(candidates);
    expect(siftByHealth(candidates, undefined).candidates).toBe(candidates);
  });
});
