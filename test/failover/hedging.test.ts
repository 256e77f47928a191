import { describe, expect, it } from "vitest";
import type { Attempt } from "../../src/domain/attempt.ts";
import type { GenerateEvent } from "../../src/domain/generated.ts";
import type { Hedge } from "../../src/domain/hedge.ts";
import type { OutputEvent } from "../../src/domain/output-event.ts";
import type { Task } from "../../src/domain/task.ts";
import type { Gate } from "../../src/failover/gate.ts";
import { HealthRegistry } from "../../src/failover/health/health-registry.ts";
import { LatencyBook } from "../../src/failover/health/latency-book.ts";
import { RetryBudget } from "../../src/failover/retry-budget.ts";
import type { Candidate } from "../../src/router/plan.ts";
import { answered } from "../support/answered.ts";
import { pngHeader } from "../support/image-bytes.ts";
import { manualClock } from "../support/manual-clock.ts";
import type { Step } from "../support/scripted-transport.ts";
import {
  attemptsOf,
  begin,
  breaks,
  candidate,
  chatTask,
  execute,
  fails,
  gives,
  imageTask,
  job,
  jobDialect,
  last,
  piece,
  priced,
  type Setup,
  says,
  streamDialect,
  type World,
} from "./world.ts";

const hedge: Hedge = { after: 800, paidImages: false };
const hang: Step = { kind: "hang", delivery: "ambiguous" };
const answers = (text: string, ms: number): Step => ({
  kind: "reply",
  status: 200,
  json: { outcome: says(text) },
  ms,
});

/** A chat with two targets whose rule hedges after 800 ms. */
const chat = {
  task: chatTask,
  plan: { hedge },
  candidates: ["a", "b"].map((slug) => candidate(slug, { task: chatTask })),
} satisfies Partial<Setup>;

const story = (attempts: readonly Attempt[]) =>
  attempts.map(
    ({ number, provider, reason, outcome }) => `${number} ${provider} ${reason} ${outcome}`,
  );
const calls = ({ transport }: Pick<World, "transport">) =>
  transport.exchanges.map(({ at, slug, path }) => `${at} ${slug}${path.replace(/\?.*/, "")}`);
const textOf = (result: Awaited<ReturnType<World["end"]>>) =>
  result.kind === "generated" && result.generated.output.kind === "chat"
    ? result.generated.output.text
    : undefined;

/** Runs a request, and checks that nothing of it is left behind. */
async function run(setup: Setup) {
  const world = begin(setup);
  const result = await world.end();
  expect(world.endings.map(({ attempt }) => attempt.number).toSorted()).toEqual(
    world.begun.map(({ number }) => number),
  );
  expect(attemptsOf(result).map(({ number }) => number)).toEqual(
    attemptsOf(result).map((_, index) => index + 1),
  );
  return { ...world, result, attempts: attemptsOf(result) };
}

describe("a hedged request", () => {
  it("asks the next target too after the delay, and takes the first answer", async () => {
    const world = await run({
      ...chat,
      script: { steps: { a: [hang], b: [answers("b", 300)] } },
      price: () => priced(1),
    });
    expect(calls(world)).toEqual(["0 a/submit", "800 b/submit"]);
    expect(world.result).toMatchObject({ at: 1_100, generated: { provider: "b" } });
    expect(textOf(world.result)).toBe("b");
    expect(story(world.attempts)).toEqual(["1 a first cancelled", "2 b hedge succeeded"]);
    expect(world.attempts[0]).toMatchObject({
      durationMs: 1_100,
      failure: "cancelled",
      delivery: "ambiguous",
      message: "Another attempt was first.",
      cost: { basis: "unknown" },
      discardOutput: false,
    });
    const [first, second] = world.attempts;
    expect((second?.startTime ?? 0) - (first?.startTime ?? 0)).toBe(800);
    // The total is of both attempts, and one of them is unknown.
    expect(world.result).toMatchObject({ generated: { cost: { basis: "unknown" } } });
    expect(world.transport.exchanges[0]?.exchange.signal.aborted).toBe(true);
    expect(world.clock.pending()).toBe(0);
  });

  it("takes the first attempt's answer when that is there before the hedge's", async () => {
    const world = await run({
      ...chat,
      script: { steps: { a: [answers("a", 1_000)], b: [hang] } },
    });
    expect(textOf(world.result)).toBe("a");
    expect(world.result.at).toBe(1_000);
    expect(story(world.attempts)).toEqual(["1 a first succeeded", "2 b hedge cancelled"]);
    expect(world.endings.map(({ ending }) => ending.next)).toEqual(["done", "done"]);
    expect(world.transport.exchanges[1]?.exchange.signal.aborted).toBe(true);
  });

  it("counts the time in providers once, and not for each attempt", async () => {
    const { result } = await run({
      ...chat,
      script: { steps: { a: [hang], b: [answers("b", 300)] } },
    });
    expect(result).toMatchObject({ generated: { timing: { totalMs: 1_100, providersMs: 1_100 } } });
  });

  it("does not ask anybody else when the answer is in time", async () => {
    const world = await run({
      ...chat,
      script: { steps: { a: [answers("a", 799)] } },
    });
    expect(calls(world)).toEqual(["0 a/submit"]);
    expect(world.clock.pending()).toBe(0);
  });

  it("fails over as ever when the first attempt fails before the delay", async () => {
    const world = await run({
      ...chat,
      script: { steps: { a: [fails("overloaded", { ms: 500 })], b: [answers("b", 100)] } },
    });
    expect(calls(world)).toEqual(["0 a/submit", "500 b/submit"]);
    expect(story(world.attempts)).toEqual(["1 a first failed", "2 b failover succeeded"]);
  });

  it("hedges a failover as well", async () => {
    const candidates = ["a", "b", "c"].map((slug) => candidate(slug, { task: chatTask }));
    const world = await run({
      ...chat,
      candidates,
      script: { steps: { a: [fails("overloaded")], b: [hang], c: [answers("c", 100)] } },
    });
    expect(calls(world)).toEqual(["0 a/submit", "0 b/submit", "800 c/submit"]);
    expect(story(world.attempts)).toEqual([
      "1 a first failed",
      "2 b failover cancelled",
      "3 c hedge succeeded",
    ]);
  });
});

describe("when one of the attempts fails", () => {
  const three = ["a", "b", "c"].map((slug) => candidate(slug, { task: chatTask }));

  it.each([
    ["first", { a: [fails("overloaded", { ms: 900 })], b: [answers("x", 5_000)] }],
    ["second", { a: [answers("x", 5_800)], b: [fails("overloaded", { ms: 100 })] }],
  ])("the %s one, the request waits for the other and starts no third", async (_, steps) => {
    const world = await run({ ...chat, candidates: three, script: { steps } });
    expect(calls(world)).toEqual(["0 a/submit", "800 b/submit"]);
    expect(world.result.at).toBe(5_800);
    expect(textOf(world.result)).toBe("x");
    expect(world.endings.map(({ ending }) => ending.next)).toEqual(["wait", "done"]);
  });

  it("both, the request goes on after both", async () => {
    const world = await run({
      ...chat,
      candidates: three,
      script: {
        steps: {
          a: [fails("overloaded", { ms: 1_500 })],
          b: [fails("overloaded", { ms: 100 })],
          c: [answers("c", 10)],
        },
      },
    });
    expect(calls(world)).toEqual(["0 a/submit", "800 b/submit", "1500 c/submit"]);
    expect(story(world.attempts)).toEqual([
      "1 a first failed",
      "2 b hedge failed",
      "3 c failover succeeded",
    ]);
    expect(world.endings.map(({ ending }) => ending.next)).toEqual(["wait", "next_target", "done"]);
  });

  it("both, the one that fails last is asked again where its failure says so", async () => {
    const world = await run({
      ...chat,
      script: {
        steps: {
          a: [fails("overloaded", { ms: 900 })],
          b: [fails("never_sent", { ms: 200 }), answers("b", 10)],
        },
      },
    });
    expect(calls(world)).toEqual(["0 a/submit", "800 b/submit", "1000 b/submit"]);
    expect(story(world.attempts)).toEqual([
      "1 a first failed",
      "2 b hedge failed",
      "3 b retry succeeded",
    ]);
  });

  it.each([
    ["caller_fault", "UPSTREAM_REJECTED"],
    ["refused", "CONTENT_REFUSED"],
  ] as const)(
    "a verdict (%s) is the answer, and nobody else's is waited for",
    async (name, reason) => {
      const world = await run({
        ...chat,
        candidates: three,
        script: { steps: { a: [fails(name, { ms: 900 })], b: [answers("b", 5_000)] } },
      });
      expect(world.result).toMatchObject({ kind: "failed", at: 900, error: { reason } });
      expect(story(world.attempts)).toEqual(["1 a first failed", "2 b hedge cancelled"]);
    },
  );

  it("a refusal is no verdict where other providers may judge", async () => {
    const { result } = await run({
      ...chat,
      routing: { onRefusal: "next" },
      script: { steps: { a: [fails("refused", { ms: 900 })], b: [answers("b", 200)] } },
    });
    expect(textOf(result)).toBe("b");
  });

  it("both, and nothing is left to try, the last failure is the answer", async () => {
    const { result, attempts } = await run({
      ...chat,
      routing: { maxAttempts: 2 },
      script: {
        steps: {
          a: [fails("server_fault", { ms: 900 })],
          b: [fails("unknown", { ms: 400 })],
        },
      },
    });
    expect(result).toMatchObject({
      kind: "failed",
      error: { reason: "ALL_PROVIDERS_EXHAUSTED", metadata: { provider: "b" } },
    });
    expect(attempts).toHaveLength(2);
  });
});

describe("no hedge starts", () => {
  const slow = { script: { steps: { a: [answers("a", 5_000)], b: [answers("b", 1)] } } };

  it.each<readonly [string, Partial<Setup>]>([
    ["without a hedge in the plan", { plan: {} }],
    ["beyond max_attempts", { routing: { maxAttempts: 1 } }],
    ["for a provider that is asked for by name", { plan: { hedge, forced: true } }],
    ["for an only target", { candidates: chat.candidates.slice(0, 1) }],
    ["after the deadline", { deadlineMs: 6_000, plan: { hedge: { ...hedge, after: 6_000 } } }],
    [
      "at a target of another model",
      {
        candidates: [
          candidate("a", { task: chatTask }),
          candidate("b", { task: chatTask, modelIndex: 1 }),
        ],
      },
    ],
    [
      "that would pass max_cost_micros together with the attempt that runs",
      {
        routing: { maxCostMicros: 79_999 },
        candidates: ["a", "b"].map((slug) => candidate(slug, { task: chatTask, cost: priced(1) })),
      },
    ],
    ["at a provider that has no place", { gateOf: ({ slug }) => gateOf(slug === "b") }],
    ["where the delay is to be learned first", { plan: { hedge: { ...hedge, after: "p95" } } }],
  ])("%s", async (_, over) => {
    const world = await run({ ...chat, ...slow, ...over });
    expect(calls(world)).toEqual(["0 a/submit"]);
    expect(textOf(world.result)).toBe("a");
    expect(world.skipped).toEqual([]);
  });

  it("when the retry budget is used up", async () => {
    const clock = manualClock();
    const retryBudget = new RetryBudget(clock, { ratio: 0, floor: 0.1 });
    const setup = { ...chat, ...slow, clock, retryBudget };
    const first = await run(setup);
    expect(calls(first)).toEqual(["0 a/submit", "800 b/submit"]);
    const second = await run(setup);
    expect(second.transport.exchanges.map(({ slug }) => slug)).toEqual(["a"]);
  });

  it("within max_cost_micros it does", async () => {
    const world = await run({
      ...chat,
      ...slow,
      routing: { maxCostMicros: 80_000 },
      candidates: ["a", "b"].map((slug) => candidate(slug, { task: chatTask, cost: priced(1) })),
    });
    expect(calls(world)).toEqual(["0 a/submit", "800 b/submit"]);
  });
});

describe("the delay of the 95th percentile", () => {
  const plan = { hedge: { after: "p95", paidImages: false } } as const;
  const [a] = chat.candidates;
  if (a === undefined) throw new Error("There is no a.");

  it("is that of the first target", async () => {
    const clock = manualClock();
    const latency = new LatencyBook(clock);
    for (let answer = 1; answer <= 20; answer++) answered(latency, a, answer * 10, false);
    const world = await run({
      ...chat,
      plan,
      clock,
      latency,
      script: { steps: { a: [hang], b: [answers("b", 1)] } },
    });
    expect(calls(world)).toEqual(["0 a/submit", "190 b/submit"]);
  });

  it("is learned from the requests themselves, for streams apart", async () => {
    const clock = manualClock();
    const latency = new LatencyBook(clock);
    const setup = { ...chat, plan, clock, latency };
    for (let request = 0; request < 20; request++) {
      await run({ ...setup, script: { steps: { a: [answers("a", 100)] } } });
    }
    const script = { steps: { a: [answers("a", 500)], b: [answers("b", 50)] } };
    const hedged = await run({ ...setup, script });
    const [first, second] = hedged.transport.exchanges;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBe(100);
    const streamed = await run({ ...setup, script, stream: {} });
    expect(streamed.transport.exchanges.map(({ slug }) => slug)).toEqual(["a"]);
  });
});

describe("a hedged stream", () => {
  const text = (words: string): OutputEvent => ({ kind: "text", text: words });
  const progress = (fraction: number): OutputEvent => ({ kind: "progress", fraction });
  const streams = (words: string, ms: number): Step => ({
    kind: "events",
    events: [piece(ms, text(words)), piece(400, text("!")), last(says(`${words}!`), 10)],
  });
  const stream = {
    ...chat,
    stream: {},
    candidates: ["a", "b"].map((slug) =>
      candidate(slug, { task: chatTask, dialect: { stream: streamDialect } }),
    ),
  } satisfies Partial<Setup>;
  const told = (events: readonly GenerateEvent[]) =>
    events.map((event) => {
      switch (event.kind) {
        case "text":
          return event.text;
        case "progress":
          return `${event.fraction}`;
        case "attempt_started":
          return `${event.attempt.provider} started`;
        case "attempt_finished":
          return `${event.attempt.provider} ${event.attempt.outcome}`;
        default:
          return event.kind;
      }
    });

  it("is the one whose first content comes first, and of the other nothing is told", async () => {
    const world = await run({
      ...stream,
      script: { steps: { a: [streams("a", 1_200)], b: [streams("b", 200)] } },
    });
    expect(told(world.events)).toEqual([
      "a started",
      "b started",
      "b",
      "a cancelled",
      "!",
      "b succeeded",
    ]);
    expect(world.attempts[0]).toMatchObject({ durationMs: 1_000, discardOutput: false });
    expect(textOf(world.result)).toBe("b!");
  });

  it("is the first one's when its first content comes while the hedge runs", async () => {
    const world = await run({
      ...stream,
      script: { steps: { a: [streams("a", 900)], b: [streams("b", 300)] } },
    });
    expect(told(world.events).filter((word) => !word.includes(" "))).toEqual(["a", "!"]);
    expect(story(world.attempts)).toEqual(["1 a first succeeded", "2 b hedge cancelled"]);
  });

  it("is not hedged any more once it has content, however slow it goes on", async () => {
    const world = await run({
      ...stream,
      script: { steps: { a: [streams("a", 700)] } },
    });
    expect(world.transport.exchanges.map(({ slug }) => slug)).toEqual(["a"]);
    expect(world.clock.pending()).toBe(0);
  });

  it("tells the progress of one attempt at a time", async () => {
    const steps = {
      a: [
        {
          kind: "events",
          events: [piece(900, progress(0.1)), piece(100, progress(0.2))],
          ending: hang,
        } as const,
      ],
      b: [
        {
          kind: "events",
          events: [piece(150, progress(0.9)), piece(100, text("b")), last(says("b"))],
        } as const,
      ],
    };
    const { events } = await run({ ...stream, script: { steps } });
    expect(told(events).filter((word) => !word.includes(" "))).toEqual(["0.1", "0.2", "b"]);
  });

  const cut: Step = {
    kind: "events",
    events: [piece(100, text("Go"))],
    ending: breaks("server_fault", "sent"),
  };

  it("that breaks after its first content goes on to the target that was cancelled, when it may", async () => {
    const world = await run({
      ...stream,
      stream: { failoverAfterOutput: true },
      candidates: stream.candidates.toReversed(),
      script: { steps: { b: [hang, hang], a: [cut, streams("a", 10)] } },
    });
    // The hedge at a broke; it is asked once more, as a broken stream is.
    expect(story(world.attempts)).toEqual([
      "1 b first cancelled",
      "2 a hedge failed",
      "3 a retry succeeded",
    ]);
    expect(world.attempts[1]).toMatchObject({ discardOutput: true });
    const refused: Step = { ...cut, ending: breaks("overloaded", "sent") };
    const other = await run({
      ...stream,
      stream: { failoverAfterOutput: true },
      script: {
        steps: {
          a: [{ ...refused, events: [piece(900, text("Go"))] }],
          b: [hang, streams("b", 10)],
        },
      },
    });
    expect(story(other.attempts)).toEqual([
      "1 a first failed",
      "2 b hedge cancelled",
      "3 b failover succeeded",
    ]);
  });

  it("that breaks after its first content is the end, when it may not", async () => {
    const world = await run({ ...stream, script: { steps: { a: [hang], b: [cut] } } });
    expect(story(world.attempts)).toEqual(["1 a first cancelled", "2 b hedge failed"]);
    expect(world.result.kind).toBe("failed");
  });
});

describe("hedged images", () => {
  const images = (count: number, over: Parameters<typeof candidate>[1] = {}) => ({
    task: imageTask(count),
    plan: { hedge: { after: 800, paidImages: true } },
    candidates: ["a", "b"].map((slug) => candidate(slug, { task: imageTask(count), ...over })),
  });
  const providers = (result: Awaited<ReturnType<World["end"]>>) =>
    result.kind === "generated" && result.generated.output.kind === "images"
      ? result.generated.output.images.map(({ provider }) => provider)
      : undefined;

  it("are all of the attempt that has them first", async () => {
    const { result, attempts } = await run({
      ...images(2),
      script: { steps: { a: [gives(2, { ms: 1_200 })], b: [gives(2, { ms: 300 })] } },
    });
    expect(providers(result)).toEqual(["b", "b"]);
    expect(attempts[1]).toMatchObject({ cost: priced(2) });
    expect(result).toMatchObject({ generated: { provider: "b" } });
  });

  it("of an attempt that gives too few are kept, and the other one fills up", async () => {
    const { result, attempts } = await run({
      ...images(3),
      script: { steps: { a: [gives(1, { ms: 900 })], b: [gives(3, { ms: 300 })] } },
    });
    expect(providers(result)).toEqual(["a", "b", "b"]);
    expect(story(attempts)).toEqual(["1 a first partial", "2 b hedge succeeded"]);
  });

  it("are whole when two attempts that give too few make up for each other", async () => {
    const world = await run({
      ...images(2, { maxCountPerCall: 1 }),
      script: {
        steps: {
          a: [fails("server_fault", { ms: 900 }), gives(1, { ms: 900 })],
          b: [gives(1, { ms: 300 }), fails("server_fault", { ms: 300 })],
        },
      },
    });
    expect(providers(world.result)).toEqual(["b", "a"]);
    expect(story(world.attempts)).toEqual(["1 a first partial", "2 b hedge partial"]);
    expect(world.endings.map(({ ending }) => ending.next)).toEqual(["wait", "done"]);
  });

  it("are one attempt's when two have theirs in the same moment, and both are billed", async () => {
    const clock = manualClock();
    const file = clock.sleep(2_000).then(() => ({
      kind: "file" as const,
      bytes: pngHeader(10, 10),
      contentType: "image/png",
    }));
    const linked = gives(1, {
      output: {
        kind: "images",
        images: [{ content: { kind: "url", url: "https://files.test/1.png" } }],
      },
    });
    const { result, attempts } = await run({
      ...images(1),
      clock,
      script: { steps: { a: [linked], b: [linked] }, download: () => file },
    });
    expect(story(attempts)).toEqual(["1 a first succeeded", "2 b hedge cancelled"]);
    expect(providers(result)).toEqual(["a"]);
    expect(attempts[1]).toMatchObject({ delivery: "sent", cost: priced(1) });
    expect(result).toMatchObject({ generated: { provider: "a", cost: { micros: 80_000 } } });
  });

  it("that come too late are not told and not used", async () => {
    const { result, events } = await run({
      ...images(1),
      stream: {},
      script: { steps: { a: [gives(1, { ms: 1_000 })], b: [gives(1, { ms: 200 })] } },
    });
    expect(events.filter(({ kind }) => kind === "image")).toHaveLength(1);
    expect(providers(result)).toEqual(["a"]);
  });

  it("that one target makes as a job: it is cancelled, and nobody waits for the confirmation", async () => {
    const world = await run({
      ...images(1, { dialect: { job: jobDialect } }),
      script: {
        steps: {
          a: [job({ waitMs: 10_000 })],
          "a/cancel": [hang],
          b: [gives(1, { ms: 300 })],
        },
      },
    });
    expect(calls(world)).toEqual(["0 a/submit", "800 b/submit", "1100 a/cancel"]);
    expect(world.result.at).toBe(1_100);
    expect(world.attempts[0]).toMatchObject({
      outcome: "cancelled",
      delivery: "ambiguous",
      cost: { basis: "unknown" },
    });
  });

  it("whose inputs are on their way to a hedge when the race ends are not waited for", async () => {
    const task: Task = {
      operation: "chat",
      messages: [
        {
          role: "user",
          parts: [
            { kind: "image", image: { kind: "url", url: "https://a.test/1.png", mimeType: "" } },
          ],
        },
      ],
      stop: [],
      tools: [],
    };
    const [a, b] = ["a", "b"].map((slug) => candidate(slug, { task }));
    if (a === undefined || b === undefined) throw new Error("There are two.");
    const world = await run({
      ...chat,
      task,
      candidates: [a, { ...b, fit: { ...b.fit, inputs: { fetch: true } } }],
      script: {
        steps: { a: [answers("a", 1_000)] },
        download: ({ signal }) =>
          new Promise((resolve) => {
            const failure = { class: "cancelled", delivery: "not_sent", message: "" } as const;
            signal.addEventListener("abort", () => resolve({ kind: "failed", failure }));
          }),
      },
    });
    expect(world.transport.downloads).toHaveLength(1);
    expect(world.result.at).toBe(1_000);
    expect(story(world.attempts)).toEqual(["1 a first succeeded"]);
  });
});

describe("around the attempts of a race", () => {
  it("what must be durable is so before each of them is sent", async () => {
    const submits: number[] = [];
    const clock = manualClock();
    const world = await run({
      ...chat,
      clock,
      onSubmit: async () => {
        submits.push(clock.monotonic());
        await clock.sleep(10);
      },
      script: { steps: { a: [hang], b: [answers("b", 1)] } },
    });
    expect(submits).toEqual([0, 800]);
    expect(calls(world)).toEqual(["10 a/submit", "810 b/submit"]);
  });

  it("nothing goes on when that cannot be had for the hedge", async () => {
    const clock = manualClock();
    let inside = 0;
    let submits = 0;
    const world = begin({
      ...chat,
      clock,
      gateOf: () => ({
        enter: () => {
          inside += 1;
          return { kind: "admitted" };
        },
        leave: () => {
          inside -= 1;
        },
      }),
      onSubmit: async () => {
        submits += 1;
        if (submits === 2) throw new Error("disk full");
      },
      script: { steps: { a: [hang] } },
    });
    await expect(world.end()).rejects.toThrow("disk full");
    expect(calls(world)).toEqual(["0 a/submit"]);
    expect(world.endings.map(({ attempt }) => attempt.outcome)).toEqual(["cancelled"]);
    expect([inside, clock.pending()]).toEqual([0, 0]);
  });

  it("each leaves its gate once, when it ends", async () => {
    const passed: string[] = [];
    const clock = manualClock();
    await run({
      ...chat,
      clock,
      gateOf: ({ slug }) => ({
        enter: (_, patient) => {
          passed.push(`${clock.monotonic()} ${slug} in${patient ? ", patiently" : ""}`);
          return { kind: "admitted" };
        },
        leave: () => void passed.push(`${clock.monotonic()} ${slug} out`),
      }),
      script: { steps: { a: [fails("overloaded", { ms: 900 })], b: [answers("b", 200)] } },
    });
    expect(passed).toEqual(["0 a in", "800 b in", "900 a out", "1000 b out"]);
  });

  it("a caller that leaves ends both, and nobody is blamed", async () => {
    const caller = new AbortController();
    const world = begin({ ...chat, caller, script: { steps: { a: [hang], b: [hang] } } });
    await world.clock.advance(1_000);
    caller.abort();
    const result = await world.end();
    expect(result).toMatchObject({ kind: "failed", at: 1_000, error: { reason: "CANCELLED" } });
    expect(attemptsOf(result).map(({ outcome, message }) => [outcome, message])).toEqual([
      ["cancelled", "The caller left."],
      ["cancelled", "The caller left."],
    ]);
    expect(world.clock.pending()).toBe(0);
  });

  it("the deadline ends both", async () => {
    const world = await run({
      ...chat,
      deadlineMs: 2_000,
      script: { steps: { a: [hang], b: [hang] } },
    });
    expect(world.result).toMatchObject({ at: 2_000, error: { reason: "DEADLINE" } });
    expect(world.attempts.map(({ failure }) => failure)).toEqual(["deadline", "deadline"]);
  });

  it.each([
    ["a", "b"],
    ["b", "a"],
  ])("a bug in the one at %s ends the one at %s", async (buggy, other) => {
    const result = (): never => {
      throw new TypeError("a bug");
    };
    const world = begin({
      ...chat,
      candidates: ["a", "b"].map((slug) =>
        candidate(slug, { task: chatTask, dialect: slug === buggy ? { result } : {} }),
      ),
      script: { steps: { [other]: [hang], [buggy]: [answers("x", buggy === "a" ? 1_000 : 200)] } },
    });
    await expect(world.end()).rejects.toThrow("a bug");
    expect(world.endings.map(({ attempt }) => [attempt.provider, attempt.outcome])).toEqual([
      [other, "cancelled"],
    ]);
    expect(world.clock.pending()).toBe(0);
  });
});

describe("the health of the targets of a race", () => {
  it("does not suffer from being beaten, however often", async () => {
    const clock = manualClock();
    const health = new HealthRegistry(clock);
    const setup = { ...chat, clock, health };
    for (let request = 0; request < 10; request++) {
      await run({ ...setup, script: { steps: { a: [hang], b: [answers("b", 1)] } } });
    }
    expect(health.quiet).toBe(true);
    expect(health.provider("a")).toBeUndefined();
  });

  it("tells of those that failed", async () => {
    const clock = manualClock();
    const health = new HealthRegistry(clock);
    const failing = { a: [answers("a", 1_000)], b: [fails("server_fault", { ms: 1 })] };
    for (let request = 0; request < 5; request++) {
      await run({ ...chat, clock, health, script: { steps: failing } });
    }
    expect(health.provider("b")).toBe("ejected");
    expect(health.provider("a")).toBeUndefined();
  });

  it("decides whether a hedge starts: one that is out or to be probed gets none", async () => {
    const clock = manualClock();
    const health = new HealthRegistry(clock);
    const [, b] = chat.candidates;
    if (b === undefined) throw new Error("There is no b.");
    for (let failure = 0; failure < 5; failure++) eject(health, b);
    const setup = {
      ...chat,
      clock,
      health,
      script: { steps: { a: [answers("a", 1_000)], b: [answers("b", 1)] } },
    };
    expect(health.outlook(b).state).toBe("ejected");
    expect(story((await run(setup)).attempts)).toEqual(["1 a first succeeded"]);
    await clock.advance(30_000);
    expect(health.outlook(b).state).toBe("probing");
    expect(story((await run(setup)).attempts)).toEqual(["1 a first succeeded"]);
    // It is still to be probed, by a request that asks it first.
    expect(health.begin(b, b.endpoint.keys[0])).toBe(true);
  });

  it("gets its probe back from an attempt that is beaten", async () => {
    const clock = manualClock();
    const health = new HealthRegistry(clock);
    const [a] = chat.candidates;
    if (a === undefined) throw new Error("There is no a.");
    for (let failure = 0; failure < 5; failure++) eject(health, a);
    await clock.advance(30_000);
    const { attempts } = await run({
      ...chat,
      clock,
      health,
      script: { steps: { a: [hang], b: [answers("b", 1)] } },
    });
    expect(story(attempts)).toEqual(["1 a first cancelled", "2 b hedge succeeded"]);
    expect(health.begin(a, a.endpoint.keys[0])).toBe(true);
  });
});

describe("without a hedge", () => {
  it("a slow request goes its way", async () => {
    const { result, transport } = await execute({
      ...chat,
      plan: {},
      script: { steps: { a: [answers("a", 50_000)] } },
    });
    expect(result.kind).toBe("generated");
    expect(transport.exchanges).toHaveLength(1);
  });
});

function gateOf(full: boolean): Gate {
  return {
    enter: () => (full ? { kind: "refused", retryAfterMs: 1 } : { kind: "admitted" }),
    leave: () => {},
  };
}

function eject(health: HealthRegistry, target: Candidate): void {
  health.failed(target, {
    key: target.endpoint.keys[0],
    startedAt: 0,
    probe: false,
    failure: { class: "server_fault", delivery: "sent", message: "" },
    partial: false,
  });
}
