import { describe, expect, it } from "vitest";
import type { HealthChange } from "../../../src/domain/health-change.ts";
import { MemoryStore } from "../../../src/idempotency/memory-store.ts";
import { Crew } from "../../../src/process/workers/crew.ts";
import type { WorkerReport } from "../../../src/process/workers/messages.ts";
import { createLogger } from "../../../src/telemetry/logger.ts";
import type { MetricsSnapshot } from "../../../src/telemetry/merge-metrics.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { type FakeWorker, fakeWorker, settled } from "./fake-worker.ts";

const addresses = { listen: "127.0.0.1:8080" };

const out: HealthChange = {
  kind: "out",
  provider: "openai",
  upstreamModel: "gpt-5",
  operation: "chat",
  key: "0123",
  cause: "ejected",
  forMs: 30_000,
};

function setUp(count: number) {
  const clock = manualClock();
  const workers: FakeWorker[] = [];
  const begun: unknown[] = [];
  const log: string[] = [];
  const crew = new Crew({
    count,
    fork(applied) {
      const worker = fakeWorker();
      begun.push(applied);
      workers.push(worker);
      return worker.process;
    },
    store: new MemoryStore({ lifetimeMs: 60_000, maxBytes: 1_000_000 }, clock),
    clock,
    logger: createLogger({
      level: "info",
      clock,
      destination: { write: (line) => log.push(line) },
    }),
  });
  return { clock, workers, begun, crew, log };
}

/** A crew whose workers all listen. */
async function serving(count: number) {
  const world = setUp(count);
  const started = world.crew.start();
  for (let index = 0; index < count; index++) {
    await settled();
    for (const worker of world.workers.slice(index)) worker.say({ kind: "listening", addresses });
  }
  expect(await started).toEqual(addresses);
  return world;
}

describe("a crew of workers", () => {
  it("starts one, and the others when that one listens", async () => {
    const { workers, crew } = setUp(3);
    const started = crew.start();
    await settled();
    expect(workers).toHaveLength(1);
    workers[0]?.say({ kind: "listening", addresses });
    await settled();
    expect(workers).toHaveLength(3);
    for (const worker of workers) worker.say({ kind: "listening", addresses });
    expect(await started).toEqual(addresses);
  });

  it("does not serve when the first one ends before it listens, and starts no other", async () => {
    const { workers, crew, log } = setUp(2);
    const started = crew.start();
    await workers[0]?.end("code 1");
    expect(await started).toBeUndefined();
    expect(workers).toHaveLength(1);
    expect(log).toEqual([]);
  });

  it("tells what one worker learned to all the others", async () => {
    const { workers } = await serving(3);
    workers[1]?.say({ kind: "health", change: out });
    expect(workers.map(({ heard }) => heard)).toEqual([
      [{ kind: "health", change: out }],
      [],
      [{ kind: "health", change: out }],
    ]);
  });

  it("replaces a worker that ends by itself, a young one after a second", async () => {
    const { clock, workers, log } = await serving(2);
    await workers[0]?.end("SIGSEGV");
    expect(workers).toHaveLength(2);
    expect(log.join()).toContain('"how":"SIGSEGV"');
    await clock.advance(1_000);
    expect(workers).toHaveLength(3);
    workers[2]?.say({ kind: "listening", addresses });
    await clock.advance(60_000);
    await workers[2]?.end("code 1");
    await clock.advance(0);
    expect(workers).toHaveLength(4);
  });

  it("goes on replacing one that cannot listen, once a second", async () => {
    const { clock, workers } = await serving(1);
    await workers[0]?.end("SIGKILL");
    for (let time = 1; time <= 3; time++) {
      await clock.advance(1_000);
      expect(workers).toHaveLength(1 + time);
      await workers[time]?.end("code 1");
    }
  });

  it("has every worker read the configuration again", async () => {
    const { workers, crew } = await serving(2);
    crew.reload();
    for (const { heard } of workers) expect(heard).toEqual([{ kind: "reload" }]);
  });

  it("has one that comes after a reload read it too, and nobody before", async () => {
    const { clock, workers, crew } = await serving(1);
    expect(workers[0]?.heard).toEqual([]);
    crew.reload();
    await workers[0]?.end("SIGKILL");
    await clock.advance(1_000);
    expect(workers[1]?.heard).toEqual([]);
    workers[1]?.say({ kind: "listening", addresses });
    expect(workers[1]?.heard).toEqual([{ kind: "reload" }]);
  });

  it("has one that comes later begin with what the others have put to work last", async () => {
    const { clock, workers, begun } = await serving(2);
    const [first, second] = [new Map([["/a", "1"]]), new Map([["/a", "2"]])];
    workers[0]?.say({ kind: "applied", files: first });
    workers[1]?.say({ kind: "applied", files: second });
    await workers[0]?.end("SIGKILL");
    await clock.advance(1_000);
    expect(begun).toEqual([undefined, undefined, second]);
  });

  it("serves as long as one of its workers listens", async () => {
    const { clock, workers, crew } = await serving(1);
    expect(crew.serving).toBe(true);
    await workers[0]?.end("SIGKILL");
    expect(crew.serving).toBe(false);
    await clock.advance(1_000);
    expect(crew.serving).toBe(false);
    workers[1]?.say({ kind: "listening", addresses });
    expect(crew.serving).toBe(true);
  });

  it("gathers what its workers report, and leaves out one that does not answer in time", async () => {
    const { clock, workers, crew } = await serving(3);
    const reports = crew.report();
    const [first, , third] = workers;
    const asked = first?.heard[0];
    expect(asked?.kind).toBe("report");
    for (const [index, worker] of [first, third].entries()) {
      const question = worker?.heard[0];
      if (question?.kind !== "report") throw new Error("not asked");
      worker?.say({
        kind: "report",
        id: question.id,
        report: { metrics: [], notice: `notice ${index}` },
      });
    }
    await clock.advance(2_000);
    expect(await reports).toEqual([
      { metrics: [], notice: "notice 0" },
      { metrics: [], notice: "notice 1" },
      ofThoseGone([]),
    ]);
  });

  it("lets no counter fall: not by one that does not answer, nor by one that is gone", async () => {
    const { clock, workers, crew } = await serving(1);
    const [worker] = workers;
    const metrics = [scope(counter("requests", 5), counter("in flight", 2, false))];
    const first = crew.report();
    expect(worker?.heard.at(-1)).toEqual({ kind: "report", id: 0 });
    worker?.say({ kind: "report", id: 0, report: { metrics, notice: undefined } });
    expect(await first).toEqual([{ metrics, notice: undefined }, ofThoseGone([])]);

    const late = crew.report();
    await clock.advance(2_000);
    expect(await late).toEqual([{ metrics, notice: undefined }, ofThoseGone([])]);

    const dying = crew.report();
    await worker?.end("SIGKILL");
    const counted = [scope(counter("requests", 5))];
    expect(await dying).toEqual([ofThoseGone(counted)]);
    expect(await crew.report()).toEqual([ofThoseGone(counted)]);
  });

  it("stops when every worker has ended, and replaces none then", async () => {
    const { clock, workers, crew } = await serving(2);
    await crew.stop(10_000);
    for (const { heard } of workers) expect(heard.at(-1)).toEqual({ kind: "stop" });
    await clock.advance(60_000);
    expect(workers).toHaveLength(2);
  });

  it("does not start the next worker any more when it stops meanwhile", async () => {
    const { clock, workers, crew } = await serving(1);
    await workers[0]?.end("SIGKILL");
    await crew.stop(10_000);
    await clock.advance(60_000);
    expect(workers).toHaveLength(1);
  });

  it("starts nobody any more once it is killed", async () => {
    const { clock, workers, crew } = await serving(1);
    await workers[0]?.end("SIGKILL");
    await crew.kill();
    await clock.advance(60_000);
    expect(workers).toHaveLength(1);
  });

  it("kills a worker that does not end in time, and says so", async () => {
    const { clock, workers, crew, log } = await serving(2);
    workers[1]?.hang();
    const stopped = crew.stop(10_000);
    await clock.advance(9_999);
    expect(log).toEqual([]);
    await clock.advance(1);
    await stopped;
    expect(log.map((line) => JSON.parse(line))).toMatchObject([
      { worker: 2, msg: "worker killed" },
    ]);
  });
});

function scope(...metrics: MetricsSnapshot[number]["metrics"]): MetricsSnapshot[number] {
  return { scope: { name: "spillway" }, metrics };
}

function counter(name: string, value: number, isMonotonic = true) {
  return { descriptor: { name }, isMonotonic, dataPoints: [{ attributes: {}, value }] };
}

function ofThoseGone(metrics: MetricsSnapshot): WorkerReport {
  return { metrics, notice: undefined };
}

describe("the one store of a crew", () => {
  it("gives a key to one worker, and its result to another", async () => {
    const { workers } = await serving(2);
    const [one, two] = workers;
    const ask = async (worker: FakeWorker | undefined, id: number, ...values: [string, string]) => {
      worker?.say({ kind: "store", id, operation: "begin", values });
      await settled();
      return worker?.heard.at(-1);
    };
    expect(await ask(one, 1, "key", "request")).toMatchObject({
      id: 1,
      outcome: { kind: "done", value: { kind: "new" } },
    });
    expect(await ask(two, 7, "key", "request")).toMatchObject({
      id: 7,
      outcome: { kind: "done", value: { kind: "running" } },
    });
    await one?.end("SIGKILL");
    expect(await ask(two, 8, "key", "request")).toMatchObject({
      outcome: { kind: "done", value: { kind: "new" } },
    });
  });
});
