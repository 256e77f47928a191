import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultHealth } from "../../../src/domain/health.ts";
import { coolDownUntil, maxCoolDownMs } from "../../../src/failover/health/cool-down.ts";
import { ejectionTimeMs, failsTooOften } from "../../../src/failover/health/ejection.ts";
import { slowStartFactor } from "../../../src/failover/health/slow-start.ts";
import { TargetHealth } from "../../../src/failover/health/target-health.ts";

const settings = defaultHealth;

/** A target that was ejected at 0, for 30 s. */
function ejected(): TargetHealth {
  const target = new TargetHealth();
  for (let failure = 0; failure < 5; failure++) target.failed(0, 0, false, settings);
  return target;
}

describe("failing too often", () => {
  it.each([
    ["four failures in a row", { inARow: 4, failures: 4, attempts: 4 }, false],
    ["five failures in a row", { inARow: 5, failures: 5, attempts: 5 }, true],
    ["half of twenty", { inARow: 1, failures: 10, attempts: 20 }, false],
    ["more than half of twenty", { inARow: 1, failures: 11, attempts: 20 }, true],
    ["more than half of nineteen", { inARow: 1, failures: 18, attempts: 19 }, false],
  ])("%s: %o is %s", (_name, record, expected) => {
    expect(failsTooOften(record, settings)).toBe(expected);
  });

  it("keeps a target out twice as long each time, up to five minutes", () => {
    const times = [1, 2, 3, 4, 5, 6, 60].map((number) => ejectionTimeMs(number, settings));
    expect(times).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000, 300_000]);
  });
});

describe("a target", () => {
  it("takes traffic again after four failures and a success, however often", () => {
    const target = new TargetHealth();
    for (let turn = 0; turn < 20; turn++) {
      for (let failure = 0; failure < 4; failure++) {
        expect(target.failed(turn, turn, false, { ...settings, minAttempts: 1_000 })).toBe(0);
      }
      target.succeeded(turn, turn, settings);
    }
    expect(target.isOpenAt(20)).toBe(true);
  });

  it("is ejected for the share of its failures, which time forgets", () => {
    const target = new TargetHealth();
    const turn = (at: number) => {
      target.succeeded(at, at, settings);
      return target.failed(at, at, false, settings) + target.failed(at, at, false, settings);
    };
    for (let at = 0; at < 6; at++) expect(turn(at)).toBe(0);
    // What was half a minute ago counts no more.
    for (let at = 0; at < 6; at++) expect(turn(40_000 + at)).toBe(0);
    expect(turn(40_010)).toBe(30_000);
    expect(target.stateAt(40_011)).toBe("ejected");
  });

  it("is judged by everyone in the window of their own settings, whoever asked first", () => {
    const target = new TargetHealth();
    const long = { ...settings, failures: 1_000, windowMs: 600_000 };
    const short = { ...settings, failures: 1_000, windowMs: 1_000 };
    target.succeeded(0, 0, short);
    target.succeeded(0, 0, long);
    for (let at = 1; at <= 18; at++) expect(target.failed(at, at, true, long)).toBe(0);
    // A minute later the short window has forgotten all of it, and the long one nothing.
    expect(target.failed(60_000, 60_000, true, short)).toBe(0);
    expect(target.failed(60_001, 60_001, true, long)).toBe(30_000);
  });

  it("is not told by attempts that began before it was what it is", () => {
    const target = new TargetHealth(100);
    for (let failure = 0; failure < 5; failure++) target.failed(200, 99, false, settings);
    expect(target.stateAt(200)).toBe("healthy");
  });

  it("is ejected by twice as many weak signals in a row, however well it did before", () => {
    const target = new TargetHealth();
    for (let success = 0; success < 1_000; success++) target.succeeded(0, 0, settings);
    for (let failure = 0; failure < 9; failure++) {
      expect(target.failed(0, 0, true, settings)).toBe(0);
    }
    expect(target.failed(0, 0, true, settings)).toBe(30_000);
  });

  it("is ejected by the share of weak signals as by that of any other", () => {
    const target = new TargetHealth();
    const mixed = { ...settings, failures: 1_000 };
    for (let success = 0; success < 10; success++) target.succeeded(0, 0, mixed);
    for (let failure = 0; failure < 10; failure++) {
      expect(target.failed(0, 0, true, mixed)).toBe(0);
    }
    expect(target.failed(0, 0, true, mixed)).toBe(30_000);
  });

  it("lets one probe through when its time is over, and no other until that has ended", () => {
    const target = ejected();
    expect(target.isOpenAt(29_999)).toBe(false);
    expect(target.begin(29_999)).toBe(false);
    expect(target.isOpenAt(30_000)).toBe(true);
    expect(target.begin(30_000)).toBe(true);
    expect(target.stateAt(30_001)).toBe("probing");
    expect(target.isOpenAt(30_001)).toBe(false);
    expect(target.begin(30_001)).toBe(false);
    target.probed();
    expect(target.begin(30_002)).toBe(true);
  });

  it("is ejected twice as long when the probe fails, and comes back slowly when it succeeds", () => {
    const target = ejected();
    target.begin(30_000);
    target.probed();
    expect(target.failed(31_000, 30_000, false, settings)).toBe(60_000);
    expect(target.leftMs(31_000)).toBe(60_000);
    target.begin(91_000);
    target.probed();
    expect(target.succeeded(92_000, 91_000, settings)).toBe(true);
    expect(target.stateAt(92_000)).toBe("healthy");
    expect(target.factorAt(92_000)).toBe(0.1);
    expect(target.factorAt(107_000)).toBe(0.5);
    expect(target.factorAt(122_000)).toBe(1);
  });

  it("is ejected as long as the first time once it had its whole share again", () => {
    const target = ejected();
    target.succeeded(31_000, 30_000, settings);
    for (let failure = 0; failure < 4; failure++) target.failed(70_000, 69_000, false, settings);
    expect(target.failed(70_000, 69_000, false, settings)).toBe(30_000);
  });

  it("learns nothing from attempts that began before it was ejected or came back", () => {
    const target = ejected();
    expect(target.succeeded(10, -1, settings)).toBe(false);
    expect(target.stateAt(10)).toBe("ejected");
    expect(target.succeeded(31_000, 30_500, settings)).toBe(true);
    for (let late = 0; late < 20; late++) target.failed(32_000, 100, false, settings);
    expect(target.isOpenAt(32_000)).toBe(true);
  });

  it("cools down until the latest Retry-After, which a success does not shorten", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 10_000 }), fc.nat({ max: 1_000_000 }), fc.boolean()), {
          minLength: 1,
        }),
        (steps) => {
          const target = new TargetHealth();
          let now = 0;
          let until = 0;
          for (const [passed, retryAfterMs, succeeds] of steps) {
            now += passed;
            target.coolDown(now, retryAfterMs);
            if (succeeds) target.succeeded(now, now, settings);
            const next = now + target.leftMs(now);
            expect(next).toBeGreaterThanOrEqual(until);
            expect(target.leftMs(now)).toBeLessThanOrEqual(maxCoolDownMs);
            until = next;
          }
        },
      ),
    );
    expect(coolDownUntil(500, 0, 100)).toBe(500);
    expect(coolDownUntil(500, 0, 9_000_000)).toBe(300_000);
  });
});

describe("slow start", () => {
  it("grows from a tenth to the whole", () => {
    expect([0, 1_000, 15_000, 30_000, 99_000].map((ms) => slowStartFactor(ms, 30_000))).toEqual([
      0.1, 0.1, 0.5, 1, 1,
    ]);
  });
});
