import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AdmissionQueue, type Waiting } from "../../../src/gateway/admission/admission-queue.ts";

describe("an admission queue", () => {
  it("admits up to the limit, lets the next ones wait, and refuses the rest", () => {
    const queue = new AdmissionQueue({ maxConcurrent: 2, queue: 1 });
    const kinds = [1, 2, 3, 4].map((startBy) => queue.enter(startBy).kind);
    expect(kinds).toEqual(["admitted", "admitted", "waiting", "refused"]);
  });

  it("gives a free place to the one that must start first, among equals to the one that came first", () => {
    const queue = new AdmissionQueue({ maxConcurrent: 1, queue: 9 });
    queue.enter(0);
    const tickets = [50, 20, 50, 10, 20].map((startBy) => queue.enter(startBy));
    const turns = tickets.map(() => tickets.indexOf(queue.leave() as Waiting));
    expect(turns).toEqual([3, 1, 4, 0, 2]);
    expect(queue.leave()).toBeUndefined();
    expect([queue.isFull, queue.waiting]).toEqual([false, 0]);
  });

  it("forgets who gives up, once", () => {
    const queue = new AdmissionQueue({ maxConcurrent: 1, queue: 2 });
    queue.enter(0);
    const [first, second] = [queue.enter(5) as Waiting, queue.enter(5) as Waiting];
    queue.giveUp(first);
    queue.giveUp(first);
    expect(queue.waiting).toBe(1);
    expect(queue.leave()).toBe(second);
    queue.giveUp(second);
    expect(queue.leave()).toBeUndefined();
    expect(queue.isFull).toBe(false);
  });

  it("keeps its limits and its order and loses nobody, whatever happens", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("enter" as const), startBy: fc.integer({ min: 0, max: 20 }) }),
      fc.record({ kind: fc.constant("leave" as const) }),
      fc.record({ kind: fc.constant("giveUp" as const), which: fc.nat() }),
    );
    const limits = fc.record({
      maxConcurrent: fc.integer({ min: 1, max: 4 }),
      queue: fc.integer({ min: 0, max: 6 }),
    });
    fc.assert(
      fc.property(limits, fc.array(step, { maxLength: 80 }), (given, steps) => {
        const queue = new AdmissionQueue(given);
        // The plainest model: a count, and a list of tickets in the order in which they were given.
        let inside = 0;
        let waiting: Waiting[] = [];
        for (const one of steps) {
          if (one.kind === "enter") {
            const entrance = queue.enter(one.startBy);
            const room = inside < given.maxConcurrent;
            const bench = waiting.length < given.queue;
            expect(entrance.kind).toBe(room ? "admitted" : bench ? "waiting" : "refused");
            if (entrance.kind === "admitted") inside++;
            if (entrance.kind === "waiting") waiting.push(entrance);
          } else if (one.kind === "leave" && inside > 0) {
            const earliest = Math.min(...waiting.map(({ startBy }) => startBy));
            const next = waiting.find(({ startBy }) => startBy === earliest);
            expect(queue.leave()).toBe(next);
            if (next === undefined) inside--;
            waiting = waiting.filter((ticket) => ticket !== next);
          } else if (one.kind === "giveUp" && waiting.length > 0) {
            const ticket = waiting[one.which % waiting.length] as Waiting;
            queue.giveUp(ticket);
            waiting = waiting.filter((other) => other !== ticket);
          }
          expect(queue.isFull).toBe(inside === given.maxConcurrent);
          expect(queue.waiting).toBe(waiting.length);
          expect(queue.waiting === 0 || queue.isFull).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
