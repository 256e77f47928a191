import { describe, expect, it } from "vitest";
import { type Failure, type FailureClass, failureClasses } from "../../../src/domain/failure.ts";
import type { HealthChange } from "../../../src/domain/health-change.ts";
import { Secret } from "../../../src/domain/secret.ts";
import { maxCoolDownMs } from "../../../src/failover/health/cool-down.ts";
import type { FailedAttempt } from "../../../src/failover/health/failed-attempt.ts";
import { HealthRegistry } from "../../../src/failover/health/health-registry.ts";
import { rememberedModels } from "../../../src/failover/health/provider-health.ts";
import type { Candidate } from "../../../src/router/plan.ts";
import { type ManualClock, manualClock } from "../../support/manual-clock.ts";
import { candidate, failed } from "../world.ts";

const [one, two] = [new Secret("one"), new Secret("two")];
const single = candidate("a");
const key = single.endpoint.keys[0];

function setUp(): {
  readonly clock: ManualClock;
  readonly health: HealthRegistry;
  readonly told: HealthChange[];
  fail(
    target: Candidate,
    name: FailureClass,
    times?: number,
    over?: Partial<FailedAttempt> & Pick<Partial<Failure>, "retryAfterMs" | "httpStatus">,
  ): void;
} {
  const clock = manualClock();
  const told: HealthChange[] = [];
  const health = new HealthRegistry(clock, (change) => told.push(change));
  return {
    clock,
    health,
    told,
    fail(target, name, times = 1, { retryAfterMs, httpStatus, ...over } = {}) {
      for (let time = 0; time < times; time++) {
        health.failed(target, {
          key: target.endpoint.keys[0],
          startedAt: clock.monotonic(),
          probe: false,
          failure: failed(name, { retryAfterMs, httpStatus }).failure,
          partial: false,
          ...over,
        });
      }
    },
  };
}

describe("what failures do to a target", () => {
  const outs: Partial<Record<FailureClass, readonly [number, string, number]>> = {
    never_sent: [5, "ejected", 30_000],
    overloaded: [5, "ejected", 30_000],
    server_fault: [5, "ejected", 30_000],
    timeout: [5, "ejected", 30_000],
    ambiguous: [10, "ejected", 30_000],
    unknown: [10, "ejected", 30_000],
    quota: [1, "no_key", 300_000],
    credential: [1, "no_key", 600_000],
    model_gone: [1, "no_model", 300_000],
  };

  it.each(failureClasses)("%s puts it out when it should, and no sooner", (name) => {
    const { health, fail } = setUp();
    const [times, cause, leftMs] = outs[name] ?? [100];
    fail(single, name, times - 1);
    expect(health.outlook(single).out).toBeUndefined();
    fail(single, name);
    expect(health.outlook(single).out).toEqual(cause === undefined ? undefined : { cause, leftMs });
  });

  it("leaves it alone until Retry-After", async () => {
    const { clock, health, fail } = setUp();
    fail(single, "overloaded", 1, { retryAfterMs: 7_000 });
    fail(single, "overloaded", 1, { retryAfterMs: 2_000 });
    expect(health.outlook(single)).toMatchObject({
      state: "cooling_down",
      out: { cause: "cooling_down", leftMs: 7_000 },
    });
    await clock.advance(7_000);
    expect(health.quiet).toBe(true);
    expect(health.outlook(single).out).toBeUndefined();
  });

  it("leaves it alone no longer than the cap, and tells how long that is", async () => {
    const { clock, health, told, fail } = setUp();
    fail(single, "overloaded", 1, { retryAfterMs: 86_400_000 });
    expect(told).toMatchObject([{ kind: "out", cause: "cooling_down", forMs: maxCoolDownMs }]);
    await clock.advance(maxCoolDownMs - 1_000);
    fail(single, "overloaded", 1, { retryAfterMs: 500 });
    expect(told.at(-1)).toMatchObject({ forMs: 1_000 });
    await clock.advance(1_000);
    expect(health.quiet).toBe(true);
  });

  it("says nothing against one that gave a part", () => {
    const { health, fail } = setUp();
    fail(single, "server_fault", 50, { partial: true });
    expect(health.quiet).toBe(true);
  });

  it("keeps to the model, but for a key, which is out for all models", () => {
    const { health, fail } = setUp();
    const other: Candidate = { ...single, upstreamModel: "another" };
    fail(single, "model_gone");
    fail(single, "server_fault", 5);
    expect(health.outlook(other).out).toBeUndefined();
    fail(single, "credential");
    expect(health.outlook(other).out?.cause).toBe("no_key");
  });

  it("is told to whoever listens, by the key's fingerprint", () => {
    const { health, told, fail } = setUp();
    fail(single, "server_fault", 5);
    health.succeeded(single, key, 1, false);
    const subject = {
      provider: "a",
      upstreamModel: "a-m",
      operation: "text_to_image",
      key: key?.fingerprint,
    };
    expect(told).toEqual([
      { kind: "out", cause: "ejected", forMs: 30_000, ejection: 1, ...subject },
      { kind: "back", slowStartMs: 30_000, ...subject },
    ]);
    expect(JSON.stringify(told)).not.toContain("a-key");
  });
});

describe("a success", () => {
  it.each([
    ["credential", "no_key"],
    ["quota", "no_key"],
    ["model_gone", "no_model"],
  ] as const)("ends what its target was out for before it began: %s", async (name, cause) => {
    const { clock, health, told, fail } = setUp();
    const earlier = clock.monotonic();
    await clock.advance(1_000);
    fail(single, name);
    health.succeeded(single, key, earlier, false);
    expect(health.outlook(single).out?.cause).toBe(cause);
    expect(told).toHaveLength(1);
    health.succeeded(single, key, clock.monotonic(), false);
    expect(health.outlook(single)).toEqual({ state: "healthy", weightFactor: 1 });
    expect(health.provider("a")).toBeUndefined();
    expect(told.slice(1)).toMatchObject([{ kind: "back", provider: "a" }]);
    health.succeeded(single, key, clock.monotonic(), false);
    expect(told).toHaveLength(2);
  });
});

describe("a key that is out", () => {
  it("stays so for as long as the longest of its failures says", async () => {
    const { clock, health, told, fail } = setUp();
    fail(single, "credential");
    await clock.advance(100_000);
    fail(single, "quota");
    expect(health.outlook(single).out?.leftMs).toBe(500_000);
    expect(told.at(-1)).toMatchObject({ forMs: 500_000 });
  });
});

describe("several keys", () => {
  const target = candidate("a", { endpoint: { keys: [one, two] } });

  it("are of use one by one, and the target is out with the last", () => {
    const { health, fail } = setUp();
    health.succeeded(target, two, 0, false);
    fail(target, "quota", 1, { key: one });
    expect(health.outlook(target).out).toBeUndefined();
    expect(health.provider("a")).toBe("degraded");
    expect([1, 2, 3].map(() => health.key(target, []))).toEqual([two, two, two]);
    expect(health.hasOtherKey(target, [two])).toBe(false);
    fail(target, "credential", 1, { key: two });
    expect(health.outlook(target).out).toEqual({ cause: "no_key", leftMs: 300_000 });
    expect(health.provider("a")).toBe("ejected");
    expect(health.key(target, [])).toBe(one);
  });

  it("are told apart where a model is closed to one of them, and not where it is gone", () => {
    const { health, fail } = setUp();
    fail(target, "model_gone", 1, { key: one, httpStatus: 403 });
    expect(health.outlook(target).out).toBeUndefined();
    expect([1, 2].map(() => health.key(target, []))).toEqual([two, two]);
    fail(target, "model_gone", 1, { key: two, httpStatus: 404 });
    expect(health.outlook(target).out).toEqual({ cause: "no_model", leftMs: 300_000 });
  });

  it("share the traffic evenly", () => {
    const { health } = setUp();
    expect([1, 2, 3, 4].map(() => health.key(target, []))).toEqual([one, two, one, two]);
    expect(health.key(target, [one])).toBe(two);
  });
});

describe("the registry", () => {
  it("is quiet until something is amiss, and again when all have their share", async () => {
    const { clock, health, fail } = setUp();
    health.succeeded(single, key, 0, false);
    fail(single, "server_fault", 4);
    expect(health.quiet).toBe(true);
    fail(single, "server_fault");
    expect(health.quiet).toBe(false);
    await clock.advance(30_000);
    const probe = health.begin(single, key);
    expect(health.begin(single, key)).toBe(false);
    expect(health.outlook(single)).toMatchObject({ state: "probing", out: { cause: "probing" } });
    health.succeeded(single, key, clock.monotonic(), probe);
    expect(health.outlook(single)).toEqual({ state: "healthy", weightFactor: 0.1 });
    expect(health.quiet).toBe(false);
    await clock.advance(30_000);
    expect(health.quiet).toBe(true);
  });

  it("frees the probe's place when a probe tells nothing", async () => {
    const { clock, health, fail } = setUp();
    fail(single, "server_fault", 5);
    await clock.advance(30_000);
    fail(single, "cancelled", 1, { probe: health.begin(single, key) });
    expect(health.begin(single, key)).toBe(true);
    health.abandonProbe(single, key);
    expect(health.begin(single, key)).toBe(true);
  });

  it("takes a target's own settings", () => {
    const { health, fail } = setUp();
    const healthSettings = {
      failures: 1,
      ratio: 0.5,
      minAttempts: 20,
      windowMs: 1_000,
      ejectionMs: 70,
      maxEjectionMs: 100,
      slowStartMs: 10,
    };
    fail({ ...single, healthSettings }, "timeout");
    expect(health.outlook(single).out).toEqual({ cause: "ejected", leftMs: 70 });
  });

  it("forgets of too many models the one that was not asked for longest", () => {
    const { health, fail } = setUp();
    const named = (name: string): Candidate => ({ ...single, upstreamModel: name });
    for (const name of ["first", "second"]) fail(named(name), "model_gone");
    for (let name = 2; name < rememberedModels; name++)
      fail(named(`made-up-${name}`), "model_gone");
    health.begin(named("first"), key);
    health.begin(named("new"), key);
    expect(health.outlook(named("first")).out?.cause).toBe("no_model");
    expect(health.outlook(named("second")).out).toBeUndefined();
  });

  it("keeps ejected targets before all others, and forgets them too when there are too many", () => {
    const { health, fail } = setUp();
    const named = (name: number): Candidate => ({ ...single, upstreamModel: `made-up-${name}` });
    fail(single, "server_fault", 5);
    for (let name = 0; name < 2 * rememberedModels; name++) {
      health.succeeded(named(name), key, 0, false);
    }
    expect(health.outlook(single).out?.cause).toBe("ejected");
    for (let name = 0; name < rememberedModels; name++) fail(named(name), "server_fault", 5);
    expect(health.outlook(single).out).toBeUndefined();
    expect(health.outlook(named(rememberedModels - 1)).out?.cause).toBe("ejected");
  });

  it("forgets a target that was ejected when nobody asks it any more", async () => {
    const { clock, health, fail } = setUp();
    fail(single, "server_fault", 5);
    await clock.advance(30_000);
    expect(health.provider("a")).toBe("probing");
    await clock.advance(299_999);
    expect(health.quiet).toBe(false);
    await clock.advance(1);
    expect(health.provider("a")).toBeUndefined();
    expect(health.quiet).toBe(true);
    // Who asks it after all is alone with it all the same.
    expect(health.begin(single, key)).toBe(true);
    expect(health.quiet).toBe(false);
    expect(health.outlook(single).out?.cause).toBe("probing");
  });

  it("says of a provider no worse than degraded for a model that it does not have", () => {
    const { health, fail } = setUp();
    fail({ ...single, upstreamModel: "made-up" }, "model_gone");
    expect(health.provider("a")).toBeUndefined();
    health.succeeded(single, key, 0, false);
    expect(health.provider("a")).toBe("degraded");
  });
});

describe("a probe that brings a part", () => {
  it("brings its target back", async () => {
    const { clock, health, fail, told } = setUp();
    fail(single, "server_fault", 5);
    await clock.advance(30_000);
    expect(health.begin(single, key)).toBe(true);
    fail(single, "server_fault", 1, { probe: true, partial: true });
    expect(health.outlook(single).out).toBeUndefined();
    expect(told.at(-1)).toMatchObject({ kind: "back" });
  });
});

describe("what another process learned", () => {
  it.each(["ejected", "cooling_down", "no_key", "no_model"] as const)(
    "puts a target out here too: %s",
    async (cause) => {
      const { clock, health, told } = setUp();
      health.learn({ ...subjectOf(single), kind: "out", cause, forMs: 30_000 });
      expect(health.quiet).toBe(false);
      expect(health.outlook(single).out).toMatchObject({ cause });
      await clock.advance(32_000);
      expect(health.outlook(single).out).toBeUndefined();
      expect(told).toEqual([]);
    },
  );

  it("leaves the probe to the one that ejected the target, for a while", async () => {
    const { clock, health } = setUp();
    health.learn({ ...subjectOf(single), kind: "out", cause: "ejected", forMs: 30_000 });
    await clock.advance(31_999);
    expect(health.begin(single, key)).toBe(false);
    await clock.advance(1);
    expect(health.begin(single, key)).toBe(true);
  });

  it("brings a target back here too, with a slow start", async () => {
    const { clock, health, fail } = setUp();
    fail(single, "server_fault", 5);
    expect(health.outlook(single).out).toBeDefined();
    await clock.advance(30_000);
    health.learn({ ...subjectOf(single), kind: "back", slowStartMs: 4_000 });
    expect(health.outlook(single).out).toBeUndefined();
    expect(health.outlook(single).weightFactor).toBeLessThan(0.2);
    await clock.advance(2_000);
    expect(health.outlook(single).weightFactor).toBe(0.5);
    await clock.advance(2_000);
    expect(health.outlook(single).weightFactor).toBe(1);
    expect(health.quiet).toBe(true);
  });

  it.each(["no_key", "no_model"] as const)("brings back what is out: %s", (cause) => {
    const { health } = setUp();
    health.learn({ ...subjectOf(single), kind: "out", cause, forMs: 300_000 });
    health.learn({ ...subjectOf(single), kind: "back", slowStartMs: 30_000 });
    expect(health.outlook(single)).toEqual({ state: "healthy", weightFactor: 1 });
  });

  it("is one outage, however many processes have seen it", async () => {
    const clock = manualClock();
    const forMs: number[] = [];
    const crew: HealthRegistry[] = [];
    for (let worker = 0; worker < 4; worker++) {
      const health: HealthRegistry = new HealthRegistry(clock, (change) => {
        if (change.kind === "out") forMs.push(change.forMs);
        news.push(() => {
          for (const other of crew) if (other !== health) other.learn(change);
        });
      });
      crew.push(health);
    }
    const news: (() => void)[] = [];
    const deliver = () => {
      for (const tell of news.splice(0)) tell();
    };
    const fail = (health: HealthRegistry, probe: boolean) =>
      health.failed(single, {
        key,
        startedAt: clock.monotonic(),
        probe,
        failure: failed("timeout").failure,
        partial: false,
      });
    for (const health of crew) for (let time = 0; time < 5; time++) fail(health, false);
    deliver();
    expect(forMs).toEqual([30_000, 30_000, 30_000, 30_000]);
    await clock.advance(32_000);
    for (const health of crew) fail(health, health.begin(single, key));
    deliver();
    expect(forMs.slice(4)).toEqual([60_000, 60_000, 60_000, 60_000]);
    await clock.advance(60_000);
    for (const health of crew) expect(health.outlook(single).out?.leftMs).toBe(2_000);
    await clock.advance(2_000);
    const [first, ...others] = crew;
    if (first === undefined) throw new Error("The crew is empty.");
    fail(first, first.begin(single, key));
    deliver();
    expect(forMs.slice(8)).toEqual([120_000]);
    for (const health of others) expect(health.outlook(single).out?.leftMs).toBe(122_000);
  });

  it("says nothing new of a target that is well", () => {
    const { health } = setUp();
    health.learn({ ...subjectOf(single), kind: "back", slowStartMs: 30_000 });
    expect(health.quiet).toBe(true);
    expect(health.outlook(single).weightFactor).toBe(1);
  });
});

function subjectOf(target: Candidate) {
  return {
    provider: target.endpoint.slug,
    upstreamModel: target.upstreamModel,
    operation: target.fit.task.operation,
    key: key?.fingerprint,
  };
}

it("nothing is known of a provider at a new address, and its old one tells nothing of it", async () => {
  const { clock, health, fail, told } = setUp();
  fail(single, "timeout", 5);
  fail(candidate("b"), "credential");
  expect(health.outlook(single).out?.cause).toBe("ejected");
  const startedAt = clock.monotonic();
  await clock.advance(1_000);
  health.forget("a");
  expect(health.outlook(single).out).toBeUndefined();
  expect(health.outlook(candidate("b")).out?.cause).toBe("no_key");
  told.length = 0;
  for (const name of ["timeout", "credential", "model_gone"] as const) {
    fail(single, name, 5, { startedAt });
  }
  fail(single, "overloaded", 1, { startedAt, retryAfterMs: 60_000 });
  expect(health.outlook(single).out).toBeUndefined();
  expect(told).toEqual([]);
  fail(single, "timeout", 5);
  expect(health.outlook(single).out?.cause).toBe("ejected");
});
