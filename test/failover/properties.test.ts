import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Attempt } from "../../src/domain/attempt.ts";
import { type FailureClass, failureClasses } from "../../src/domain/failure.ts";
import type { Step } from "../support/scripted-transport.ts";
import {
  attemptsOf,
  begin,
  breaks,
  candidate,
  fails,
  gives,
  imageTask,
  job,
  jobDialect,
} from "./world.ts";

const slugs = ["a", "b", "c", "d"];

/** Anything that a provider can do to a call. */
const step: fc.Arbitrary<Step> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom<FailureClass>(...failureClasses),
      fc.option(fc.integer({ min: 0, max: 8_000 }), { nil: undefined }),
      fc.integer({ min: 0, max: 5_000 }),
      fc.constantFrom(undefined, true, false),
    )
    .map(([name, retryAfterMs, ms, billed]) => fails(name, { retryAfterMs, ms, billed })),
  fc
    .constantFrom("not_sent" as const, "sent" as const, "ambiguous" as const)
    .map((delivery) => breaks(delivery === "not_sent" ? "never_sent" : "ambiguous", delivery)),
  fc.constant<Step>({ kind: "hang", delivery: "ambiguous" }),
  fc.integer({ min: 0, max: 3 }).map((count) => gives(count, { ms: 700 })),
  fc.integer({ min: 1, max: 9_000 }).map((waitMs) => job({ waitMs })),
);

const request = fc.record({
  steps: fc.dictionary(
    fc.constantFrom(...slugs, "a/poll", "b/poll", "c/poll", "d/poll"),
    fc.array(step, { minLength: 1, maxLength: 4 }),
  ),
  count: fc.integer({ min: 1, max: 4 }),
  perCall: fc.integer({ min: 1, max: 4 }),
  maxAttempts: fc.integer({ min: 1, max: 8 }),
  deadlineMs: fc.integer({ min: 1, max: 200_000 }),
  duplicateSpend: fc.constantFrom("allow" as const, "forbid" as const),
  onRefusal: fc.constantFrom("stop" as const, "next" as const),
  streamed: fc.boolean(),
});

describe("whatever providers do", () => {
  it("a request keeps its limits, its order and its promises", async () => {
    await fc.assert(
      fc.asyncProperty(request, async (given) => {
        const task = imageTask(given.count);
        const steps: Record<string, readonly Step[]> = { ...given.steps };
        for (const slug of slugs) {
          steps[slug] ??= [gives(given.count)];
          steps[`${slug}/poll`] ??= [gives(given.count)];
          steps[`${slug}/cancel`] = [{ kind: "reply", status: 200, json: {} }];
        }
        const world = begin({
          task,
          candidates: slugs.map((slug, priority) =>
            candidate(slug, {
              task,
              priority,
              maxCountPerCall: given.perCall,
              dialect: { job: jobDialect },
            }),
          ),
          script: { steps },
          deadlineMs: given.deadlineMs,
          routing: {
            maxAttempts: given.maxAttempts,
            duplicateSpend: given.duplicateSpend,
            onRefusal: given.onRefusal,
          },
          ...(given.streamed ? { stream: {} } : {}),
        });
        const result = await world.end();
        const attempts = attemptsOf(result);
        const submits = world.transport.exchanges.filter(({ path }) => path.startsWith("/submit"));

        // The limits.
        expect(attempts.length).toBeLessThanOrEqual(given.maxAttempts);
        expect(result.at).toBeLessThanOrEqual(given.deadlineMs + 50);
        // The order of the groups, and no target twice but as a retry.
        const providers = attempts.map(({ provider }) => provider);
        expect(providers).toEqual([...providers].sort());
        for (const [index, attempt] of attempts.entries()) {
          expect(attempt.number).toBe(index + 1);
          expect(attempt.reason === "retry").toBe(providers[index - 1] === attempt.provider);
        }
        // No submit but by an attempt, and none after one that may have been billed.
        const calls = Math.ceil(given.count / given.perCall);
        expect(submits.length).toBeLessThanOrEqual(attempts.length * calls);
        if (given.duplicateSpend === "forbid") {
          expect(attempts.slice(0, -1).filter(isAmbiguous)).toEqual([]);
        }
        // The story of the stream is the story of the report.
        if (given.streamed) {
          const told = world.events.flatMap((event) =>
            event.kind === "attempt_finished" ? [event.attempt] : [],
          );
          expect(told).toEqual(attempts);
        }
        // A result has something in it, and an error has a reason and all attempts.
        if (result.kind === "generated" && result.generated.output.kind === "images") {
          expect(result.generated.output.images.length).toBeGreaterThan(0);
        }
        expect(world.endings.map(({ attempt }) => attempt)).toEqual(attempts);
        // What is left is at most the cancelling of a job.
        await world.clock.advance(5_000);
        expect(world.clock.pending()).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});

function isAmbiguous(attempt: Attempt): boolean {
  return attempt.delivery === "ambiguous";
}
