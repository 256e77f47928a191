import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FailureClass, failureClasses } from "../../src/domain/failure.ts";
import type { GenerateEvent } from "../../src/domain/generated.ts";
import type { Gate } from "../../src/failover/gate.ts";
import { RetryBudget } from "../../src/failover/retry-budget.ts";
import { manualClock } from "../support/manual-clock.ts";
import type { Step } from "../support/scripted-transport.ts";
import {
  attemptsOf,
  begin,
  breaks,
  candidate,
  chatTask,
  failed,
  fails,
  gives,
  imageTask,
  job,
  jobDialect,
  last,
  piece,
  says,
  streamDialect,
} from "./world.ts";

const slugs = ["a", "b", "c", "d"];

/** Times that often fall together, on the delay of the hedge and on each other. */
const ms = fc.oneof(fc.constantFrom(0, 100, 500, 600, 1_000), fc.integer({ min: 0, max: 3_000 }));

const failure = fc
  .tuple(fc.constantFrom<FailureClass>(...failureClasses), ms)
  .map(([name, after]): Step => fails(name, { ms: after }));

const lost = fc.constantFrom<Step>(
  breaks("never_sent", "not_sent"),
  breaks("ambiguous", "ambiguous"),
  { kind: "hang", delivery: "ambiguous" },
);

/** A step that mostly gives something. */
const mostly = (...good: readonly fc.Arbitrary<Step>[]): fc.Arbitrary<Step> =>
  fc.oneof(failure, lost, ...good.map((arbitrary) => ({ arbitrary, weight: 2 })));

const images = mostly(
  fc.tuple(fc.integer({ min: 0, max: 3 }), ms).map(([count, after]) => gives(count, { ms: after })),
  ms.map((waitMs) => job({ waitMs: waitMs + 1 })),
);

const words = (slug: string) =>
  mostly(
    ms.map(
      (after): Step => ({
        kind: "reply",
        status: 200,
        json: { outcome: says(slug) },
        ms: after,
      }),
    ),
  );

/** A stream of which every word tells who said it. */
const stream = (slug: string) =>
  mostly(
    fc.tuple(ms, ms, fc.boolean()).map(
      ([first, second, whole]): Step => ({
        kind: "events",
        events: [
          piece(first, { kind: "progress", fraction: 0.5 }),
          piece(first, { kind: "text", text: slug }),
          piece(second, { kind: "text", text: slug }),
          last(whole ? says(slug + slug) : failed("server_fault")),
        ],
      }),
    ),
  );

const some = (step: fc.Arbitrary<Step>) => fc.array(step, { minLength: 1, maxLength: 3 });

function stepsOf(kind: "images" | "words" | "stream") {
  const step = (slug: string) =>
    kind === "images" ? images : kind === "words" ? words(slug) : stream(slug);
  return fc.record(
    Object.fromEntries(
      slugs.flatMap((slug) => [
        [slug, some(step(slug))],
        [`${slug}/poll`, some(images)],
      ]),
    ),
  );
}

const request = fc
  .constantFrom("images" as const, "words" as const, "stream" as const)
  .chain((kind) =>
    fc.record({
      kind: fc.constant(kind),
      steps: stepsOf(kind),
      count: fc.integer({ min: 1, max: 3 }),
      perCall: fc.integer({ min: 1, max: 3 }),
      streamed: kind === "words" ? fc.constant(false) : fc.boolean(),
      failoverAfterOutput: fc.boolean(),
      after: fc.constantFrom(1, 500, 1_000),
      maxAttempts: fc.integer({ min: 1, max: 6 }),
      deadlineMs: fc.constantFrom(1_000, 3_000, 9_000),
      onRefusal: fc.constantFrom("stop" as const, "next" as const),
      full: fc.array(fc.constantFrom("b", "c"), { maxLength: 1 }),
      extras: fc.integer({ min: 0, max: 6 }),
      leavesAt: fc.constantFrom(undefined, undefined, undefined, 700, 1_100),
    }),
  );

describe("whatever comes first in a race", () => {
  it("one output at most is delivered, all attempts end, and every limit is kept", async () => {
    await fc.assert(
      fc.asyncProperty(request, async (given) => {
        const isImages = given.kind === "images";
        const task = isImages ? imageTask(given.count) : chatTask;
        const streamed = given.kind === "stream" || (isImages && given.streamed);
        const clock = manualClock();
        const gates = new Gates(given.full);
        const cancels = Object.fromEntries(
          slugs.map((slug) => [`${slug}/cancel`, [{ kind: "reply", status: 200, json: {} }]]),
        ) as Record<string, readonly Step[]>;
        const caller = new AbortController();
        const world = begin({
          task,
          clock,
          caller,
          plan: { hedge: { after: given.after, paidImages: true } },
          candidates: slugs.map((slug) =>
            candidate(slug, {
              task,
              maxCountPerCall: given.perCall,
              dialect: {
                ...(isImages && { job: jobDialect }),
                ...(given.kind === "stream" && { stream: streamDialect }),
              },
            }),
          ),
          script: { steps: { ...given.steps, ...cancels } },
          gateOf: ({ slug }) => gates.of(slug),
          retryBudget: new RetryBudget(clock, { ratio: 0, floor: given.extras / 10 }),
          deadlineMs: given.deadlineMs,
          routing: { maxAttempts: given.maxAttempts, onRefusal: given.onRefusal },
          ...(streamed && { stream: { failoverAfterOutput: given.failoverAfterOutput } }),
        });
        if (given.leavesAt !== undefined) clock.timer(given.leavesAt, () => caller.abort());
        const result = await world.end();
        const attempts = attemptsOf(result);
        const made = attempts.filter(({ outcome }) => outcome !== "skipped");

        // Every attempt ends once, and the report has all of them by their numbers.
        expect(attempts.map(({ number }) => number)).toEqual(attempts.map((_, index) => index + 1));
        expect(made.map(({ number }) => number)).toEqual(world.begun.map(({ number }) => number));
        expect(world.endings.map(({ attempt }) => attempt.number).toSorted()).toEqual(
          made.map(({ number }) => number),
        );
        expect(gates.inside).toBe(0);
        // The limits hold.
        const calls = isImages ? Math.ceil(given.count / given.perCall) : 1;
        const submits = world.transport.exchanges.filter(
          ({ path }) => path.startsWith("/submit") || path === "/stream",
        );
        expect(made.length).toBeLessThanOrEqual(given.maxAttempts);
        expect(submits.length).toBeLessThanOrEqual(made.length * calls);
        // What is asked for missing images is no work done twice.
        const partial = made.filter(({ outcome }) => outcome === "partial");
        expect(made.length).toBeLessThanOrEqual(1 + given.extras + partial.length);
        expect(result.at).toBeLessThanOrEqual(given.deadlineMs + 50);
        // There is one output, and it is one attempt's.
        const winners = made.filter(({ outcome }) => outcome === "succeeded");
        expect(winners.length).toBeLessThanOrEqual(1);
        if (result.kind === "generated" && result.generated.output.kind === "chat") {
          expect(winners.map(({ provider }) => provider)).toEqual([result.generated.provider]);
          expect(new Set(result.generated.output.text)).toEqual(new Set(result.generated.provider));
        }
        if (streamed) {
          for (const voices of outputs(world.events)) expect(voices.size).toBeLessThanOrEqual(1);
          expect(placesTold(world.events)).toEqual([...new Set(placesTold(world.events))]);
        }
        // What is left is at most the cancelling of a job.
        await clock.advance(6_000);
        expect(clock.pending()).toBe(0);
      }),
      { numRuns: 500 },
    );
  });
});

/** Who is heard, in each stretch between outputs that are void. */
function outputs(events: readonly GenerateEvent[]): readonly Set<string>[] {
  const stretches = [new Set<string>()];
  for (const event of events) {
    if (event.kind === "text") stretches.at(-1)?.add(event.text);
    if (event.kind === "attempt_finished" && event.attempt.discardOutput) {
      stretches.push(new Set());
    }
  }
  return stretches;
}

/** The places of the images that were told. */
function placesTold(events: readonly GenerateEvent[]): readonly number[] {
  return events.flatMap((event) => (event.kind === "image" ? [event.index] : []));
}

/** Gates that count who is inside. Those that are full let in only who can wait. */
class Gates {
  inside = 0;
  readonly #full: readonly string[];

  constructor(full: readonly string[]) {
    this.#full = full;
  }

  of(slug: string): Gate {
    return {
      enter: (_, patient) => {
        if (!patient && this.#full.includes(slug)) return { kind: "refused", retryAfterMs: 1 };
        this.inside += 1;
        return { kind: "admitted" };
      },
      leave: () => {
        this.inside -= 1;
      },
    };
  }
}
