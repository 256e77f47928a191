import { describe, expect, it } from "vitest";
import type { Attempt } from "../../src/domain/attempt.ts";
import { noCost, unknownCost } from "../../src/domain/cost.ts";
import type { GenerateRequest } from "../../src/domain/generate-request.ts";
import type { GenerateResult } from "../../src/domain/generate-result.ts";
import type { GenerateEvent } from "../../src/domain/generated.ts";
import { keyDigest, requestDigest } from "../../src/idempotency/digest.ts";
import { KeyKeeper } from "../../src/idempotency/key-keeper.ts";
import type { KeyedCall, KeyedRun } from "../../src/idempotency/keyed-call.ts";
import { MemoryStore } from "../../src/idempotency/memory-store.ts";
import { fakeRequest } from "../support/fake-request.ts";
import { manualClock } from "../support/manual-clock.ts";
import { imageResult, result, ticket } from "./store-world.ts";

describe("callers of one key", () => {
  it("who ask at the same time wait for one execution, and all but the first get it as a replay", async () => {
    const world = open();
    const calls = Array.from({ length: 50 }, () => world.ask());
    await world.running(1);
    world.executions[0]?.end(imageResult(9));
    const ends = await Promise.all(calls.map(({ end }) => end));
    expect(world.executions).toHaveLength(1);
    expect(ends.map(replayed)).toEqual([false, ...new Array(49).fill(true)]);
  });

  it("who ask later get the first result, with its own request id", async () => {
    const world = open();
    await world.buy();
    const end = await world.ask().end;
    expect(world.executions).toHaveLength(1);
    expect(end).toMatchObject({ generated: { requestId: "first", replayed: true } });
  });

  it("who ask for something else are told so, now and later", async () => {
    const world = open();
    const first = world.ask();
    await world.running(1);
    const other = { ...world.request, model: "other" };
    expect(reasonOf(await world.ask({}, other).end)).toBe("IDEMPOTENCY_CONFLICT");
    world.executions[0]?.end(imageResult(9));
    await first.end;
    expect(reasonOf(await world.ask({}, other).end)).toBe("IDEMPOTENCY_CONFLICT");
    expect(world.executions).toHaveLength(1);
  });

  it("may bear other labels: those mark a call, not the work", async () => {
    const world = open();
    await world.buy();
    const end = await world.ask({}, { ...world.request, labels: { try: "2" } }).end;
    expect(replayed(end)).toBe(true);
  });

  it("share a failure; the next one executes anew when nothing was bought", async () => {
    const world = open();
    const calls = [world.ask(), world.ask()];
    await world.running(1);
    world.executions[0]?.fail({ delivery: "not_sent", cost: noCost });
    expect((await Promise.all(calls.map(({ end }) => end))).map(reasonOf)).toEqual([
      "ALL_PROVIDERS_EXHAUSTED",
      "ALL_PROVIDERS_EXHAUSTED",
    ]);
    void world.ask();
    await world.running(2);
  });

  it.each([
    ["its delivery is ambiguous", { delivery: "ambiguous", cost: unknownCost }],
    ["it was billed", { delivery: "sent", cost: { ...noCost, micros: 4 } }],
    ["nobody knows what it cost", { delivery: "sent", cost: unknownCost }],
  ] as const)("buy nothing again after a failure when %s", async (_, attempt) => {
    const world = open();
    const first = world.ask();
    await world.running(1);
    world.executions[0]?.fail(attempt);
    expect(reasonOf(await first.end)).toBe("ALL_PROVIDERS_EXHAUSTED");
    expect(reasonOf(await world.ask().end)).toBe("AMBIGUOUS_OUTCOME");
    expect(world.executions).toHaveLength(1);
  });

  it("buy nothing again after a bug, once something was sent", async () => {
    const world = open();
    const first = world.ask();
    await world.running(1);
    await world.executions[0]?.run.onSubmit();
    world.executions[0]?.reject(new Error("a bug"));
    await expect(first.end).rejects.toThrow("a bug");
    expect(reasonOf(await world.ask().end)).toBe("AMBIGUOUS_OUTCOME");
  });
});

describe("a caller that leaves", () => {
  it("takes nothing from the others who wait", async () => {
    const world = open();
    const first = world.ask();
    const second = world.ask();
    await world.running(1);
    first.leave();
    expect(reasonOf(await first.end)).toBe("CANCELLED");
    expect(world.executions[0]?.run.signal.aborted).toBe(false);
    world.executions[0]?.end(imageResult(9));
    expect(replayed(await second.end)).toBe(true);
  });

  it("as the last one ends what was not sent yet, and whoever comes next begins anew", async () => {
    const world = open();
    const first = world.ask();
    await world.running(1);
    first.leave();
    await first.end;
    expect(world.executions[0]?.run.signal.aborted).toBe(true);
    const second = world.ask();
    world.executions[0]?.fail({ delivery: "not_sent", cost: noCost });
    await world.running(2);
    world.executions[1]?.end(imageResult(9));
    expect(replayed(await second.end)).toBe(false);
  });

  it("does not end what was sent, and finds its result when it comes back", async () => {
    const world = open();
    const first = world.ask();
    await world.running(1);
    await world.executions[0]?.run.onSubmit();
    first.leave();
    expect(reasonOf(await first.end)).toBe("CANCELLED");
    expect(world.executions[0]?.run.signal.aborted).toBe(false);
    world.executions[0]?.end(imageResult(9));
    expect(replayed(await world.ask().end)).toBe(true);
    expect(world.executions).toHaveLength(1);
  });

  it("by its deadline is told to come back", async () => {
    const world = open();
    const late = world.ask({ deadlineAt: 1_000 });
    const patient = world.ask({ deadlineAt: 9_000 });
    await world.running(1);
    await world.clock.advance(1_000);
    expect(reasonOf(await late.end)).toBe("DEADLINE");
    world.executions[0]?.end(imageResult(9));
    expect(replayed(await patient.end)).toBe(true);
  });

  it.each([0, -5])("has nothing begun when its deadline is %i ms away", async (deadlineAt) => {
    const world = open();
    const late = world.ask({ deadlineAt });
    await world.running(0);
    expect(reasonOf(await late.end)).toBe("DEADLINE");
    expect(world.clock.pending()).toBe(1);
  });
});

describe("a key whose execution was cut off", () => {
  async function cutOff() {
    const world = open();
    const { store } = world;
    await store.begin(keyDigest("k"), requestDigest(world.request));
    await store.markSent(keyDigest("k"));
    await store.writeJob(keyDigest("k"), ticket("one"));
    await store.settle(keyDigest("k"), { kind: "unknown" });
    return world;
  }

  it("has its jobs taken up once for all who ask, and their result is its own from then on", async () => {
    const world = await cutOff();
    const calls = [world.ask(), world.ask()];
    await world.running(1);
    expect(world.executions[0]?.run.left).toEqual([ticket("one")]);
    world.executions[0]?.end(imageResult(9));
    const ends = await Promise.all(calls.map(({ end }) => end));
    expect(ends.map(replayed)).toEqual([false, true]);
    expect(replayed(await world.ask().end)).toBe(true);
    expect(world.executions).toHaveLength(1);
  });

  it("was sent, so that taking it up goes on without its callers", async () => {
    const world = await cutOff();
    const call = world.ask();
    await world.running(1);
    call.leave();
    expect(reasonOf(await call.end)).toBe("CANCELLED");
    expect(world.executions[0]?.run.signal.aborted).toBe(false);
  });

  it.each([
    ["its provider cannot be asked", { delivery: "ambiguous", cost: unknownCost }],
    ["nobody even asked", undefined],
    ["what is known of it was not billed", { delivery: "sent", cost: noCost }],
  ] as const)(
    "is never free again, also when %s: it is taken up by whoever asks next",
    async (_, attempt) => {
      const world = await cutOff();
      const first = world.ask();
      await world.running(1);
      world.executions[0]?.fail(attempt);
      expect(reasonOf(await first.end)).toBe("ALL_PROVIDERS_EXHAUSTED");
      void world.ask();
      await world.running(2);
      expect(world.executions[1]?.run.left).toEqual([ticket("one")]);
    },
  );

  it("is as unknown as one without jobs once they are struck out", async () => {
    const world = await cutOff();
    const first = world.ask();
    await world.running(1);
    await world.executions[0]?.run.jobs.strike("one");
    world.executions[0]?.fail({ delivery: "sent", cost: unknownCost });
    await first.end;
    expect(reasonOf(await world.ask().end)).toBe("AMBIGUOUS_OUTCOME");
  });

  it("leaves its jobs by way of the execution's book", async () => {
    const world = open();
    const first = world.ask();
    await world.running(1);
    await world.executions[0]?.run.onSubmit();
    expect(world.executions[0]?.run.left).toBeUndefined();
    await world.executions[0]?.run.jobs.write(ticket("one"));
    world.executions[0]?.reject(new Error("a bug"));
    await expect(first.end).rejects.toThrow("a bug");
    void world.ask();
    await world.running(2);
    expect(world.executions[1]?.run.left).toEqual([ticket("one", { others: false })]);
  });
});

describe("the ticket of a job", () => {
  it("says when further attempts are made of which it does not know, before they send anything", async () => {
    const world = open();
    void world.ask().end;
    await world.running(1);
    const run = world.executions[0]?.run;
    const told: unknown[] = [];
    world.store.writeJob = async (_, { callId, others }) => void told.push([callId, others]);
    const { attempt } = ticket("one");
    const ended = { ...attempt, outcome: "failed" as const };
    const skipped = { ...attempt, outcome: "skipped" as const };
    await run?.onSubmit();
    await run?.jobs.write(ticket("one", { earlier: [skipped] }));
    await run?.onSubmit();
    await run?.jobs.write(ticket("two", { earlier: [skipped, ended] }));
    await run?.jobs.strike("one");
    await run?.onSubmit();
    expect(told).toEqual([
      ["one", false],
      ["one", true],
      ["two", false],
      ["two", true],
    ]);
  });
});

describe("a stream", () => {
  it("gets what happens live when it is the first, and its output at once when it is not", async () => {
    const world = open();
    const first: GenerateEvent[] = [];
    const second: GenerateEvent[] = [];
    const calls = [world.ask(streamTo(first)), world.ask(streamTo(second))];
    await world.running(1);
    await world.executions[0]?.run.stream?.emit({ kind: "progress", fraction: 0.5 });
    world.executions[0]?.end(imageResult(9));
    await Promise.all(calls.map(({ end }) => end));
    expect(first.map(({ kind }) => kind)).toEqual(["progress"]);
    expect(second.map(({ kind }) => kind)).toEqual(["image"]);
  });

  it("of a chat is replayed as it is read: what it thought, said and called", async () => {
    const world = open();
    const first = world.ask();
    await world.running(1);
    const toolCalls = [{ id: "1", name: "row", arguments: "{}" }];
    world.executions[0]?.end(
      result({ kind: "chat", text: "hi", reasoning: "hm", toolCalls, finishReason: "stop" }),
    );
    await first.end;
    const events: GenerateEvent[] = [];
    await world.ask(streamTo(events)).end;
    expect(events).toEqual([
      { kind: "reasoning", text: "hm" },
      { kind: "text", text: "hi" },
      { kind: "tool_call", index: 0, id: "1", name: "row", arguments: "{}" },
    ]);
  });

  it("whose reader has left is told nothing, and nobody waits for it", async () => {
    const world = open();
    const never = { emit: () => new Promise<void>(() => {}), ...streamRest };
    const first = world.ask({ stream: never });
    await world.running(1);
    await world.executions[0]?.run.onSubmit();
    const taken = world.executions[0]?.run.stream?.emit({ kind: "text", text: "a" });
    first.leave();
    await taken;
    expect(world.executions[0]?.run.stream?.emit({ kind: "text", text: "b" })).toBeUndefined();
  });
});

describe("the keeper", () => {
  it("gives a result that the store cannot keep, and says so", async () => {
    const world = open();
    world.store.settle = async () => {
      throw new Error("disk full");
    };
    const first = world.ask();
    await world.running(1);
    world.executions[0]?.end(imageResult(9));
    expect(replayed(await first.end)).toBe(false);
    expect(world.notKept).toEqual(["result: disk full"]);
  });

  it("goes on with a job that cannot be taken down, since it is being paid, and says so", async () => {
    const world = open();
    world.store.writeJob = async () => {
      throw new Error("disk full");
    };
    const first = world.ask();
    await world.running(1);
    await world.executions[0]?.run.jobs.write(ticket("one"));
    world.executions[0]?.end(imageResult(9));
    expect(replayed(await first.end)).toBe(false);
    expect(world.notKept).toEqual(["job: disk full"]);
  });

  it("sends nothing when it cannot be taken down that something is sent", async () => {
    const world = open();
    world.store.markSent = async () => {
      throw new Error("disk full");
    };
    void world.ask().end.catch(() => {});
    await world.running(1);
    await expect(world.executions[0]?.run.onSubmit()).rejects.toThrow("disk full");
  });

  it("waits at the end for what goes on, and aborts what takes too long", async () => {
    const world = open();
    const call = world.ask();
    await world.running(1);
    await world.executions[0]?.run.onSubmit();
    call.leave();
    let drained = false;
    const draining = world.keeper.drain(5_000).then(() => {
      drained = true;
    });
    await world.clock.advance(4_999);
    expect([drained, world.executions[0]?.run.signal.aborted]).toEqual([false, false]);
    await world.clock.advance(1);
    expect(world.executions[0]?.run.signal.aborted).toBe(true);
    world.executions[0]?.fail({ delivery: "ambiguous", cost: unknownCost });
    await draining;
  });

  it("waits for an execution that began while its store still settled the one before", async () => {
    const world = open();
    const { store } = world;
    const settle = store.settle.bind(store);
    const settled = Promise.withResolvers<void>();
    store.settle = async (...settlement) => {
      await settle(...settlement);
      await settled.promise;
    };
    const first = world.ask();
    await world.running(1);
    world.executions[0]?.fail({ delivery: "not_sent", cost: noCost });
    await world.clock.advance(0);
    void world.ask();
    await world.running(2);
    settled.resolve();
    await first.end;
    let drained = false;
    const draining = world.keeper.drain(5_000).then(() => {
      drained = true;
    });
    await world.clock.advance(0);
    expect(drained).toBe(false);
    world.executions[1]?.end(imageResult(9));
    await draining;
  });

  it("tells once that keys are used", async () => {
    const world = open();
    await world.buy();
    await world.ask().end;
    expect(world.firstKeys).toBe(1);
  });
});

const streamRest = { failoverAfterOutput: false, partialImages: 0 };

function streamTo(events: GenerateEvent[]): Partial<KeyedCall> {
  return { stream: { emit: (event) => void events.push(event), ...streamRest } };
}

interface FakeExecution {
  readonly run: KeyedRun;
  end(generated: ReturnType<typeof imageResult>): void;
  /** Fails after one attempt that is like this, or without one. */
  fail(attempt: Pick<Attempt, "delivery" | "cost"> | undefined): void;
  reject(error: Error): void;
}

/** A keeper whose executions do what the test tells them. */
function open() {
  const clock = manualClock();
  const store = new MemoryStore({ lifetimeMs: 3_600_000, maxBytes: 1_000_000 }, clock);
  const executions: FakeExecution[] = [];
  const notKept: string[] = [];
  let firstKeys = 0;
  const keeper = new KeyKeeper({
    store,
    clock,
    onFirstKey: () => {
      firstKeys++;
    },
    onNotKept: (what, error) => notKept.push(`${what}: ${(error as Error).message}`),
  });
  const request: GenerateRequest = fakeRequest({ idempotencyKey: "k" });

  function execute(run: KeyedRun): Promise<GenerateResult> {
    const { promise, resolve, reject } = Promise.withResolvers<GenerateResult>();
    executions.push({
      run,
      reject,
      end: (generated) => resolve({ kind: "generated", generated }),
      fail: (attempt) => resolve(failed(attempt && ({ outcome: "failed", ...attempt } as Attempt))),
    });
    return promise;
  }

  function ask(call: Partial<KeyedCall> = {}, asked = request) {
    const caller = new AbortController();
    const end = keeper.generate(asked, { signal: caller.signal, ...call }, execute);
    return { end, leave: () => caller.abort() };
  }

  const world = {
    clock,
    store,
    keeper,
    request,
    executions,
    notKept,
    get firstKeys() {
      return firstKeys;
    },
    ask,
    /** Lets everything go on that can, until so many executions have begun. */
    async running(count: number) {
      await clock.advance(0);
      expect(executions).toHaveLength(count);
    },
    async buy() {
      const { end } = ask();
      await world.running(1);
      executions[0]?.end(imageResult(9, "first"));
      await end;
    },
  };
  return world;
}

function failed(attempt: Attempt | undefined): GenerateResult {
  const error = { reason: "ALL_PROVIDERS_EXHAUSTED" as const, message: "", metadata: {} };
  return { kind: "failed", error: { ...error, attempts: attempt && [attempt] } };
}

function reasonOf(end: GenerateResult): string | undefined {
  return end.kind === "failed" ? end.error.reason : undefined;
}

function replayed(end: GenerateResult): boolean | undefined {
  return end.kind === "generated" ? end.generated.replayed : undefined;
}
