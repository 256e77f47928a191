import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JobTicket } from "../../src/domain/job-ticket.ts";
import { AttemptCountingBook } from "../../src/idempotency/attempt-counting-book.ts";
import { manualClock } from "../support/manual-clock.ts";
import type { Step } from "../support/scripted-transport.ts";
import { jobsByPath, openBook } from "./job-world.ts";
import { attemptsOf, begin, candidate, execute, failed, gives, imageTask, job } from "./world.ts";

/** Two targets that work by jobs, the second of which is asked too after 800 ms. */
const race = {
  plan: { hedge: { after: 800, paidImages: true } },
  candidates: ["a", "b"].map((slug) => candidate(slug, { dialect: { job: jobsByPath } })),
};
const jobOf = (slug: string): Step => job({ id: `job-${slug}`, waitMs: 500 });
const failedJob: Step = { kind: "reply", status: 200, json: { outcome: failed("server_fault") } };
const paths = ({ transport }: ReturnType<typeof begin>) =>
  transport.exchanges.map(({ slug, path }) => slug + path);

/** What a process leaves behind that ends at this time, while both work or later. */
async function cutOff(cutAt: number, writingMs = 0, aPolls = 99, bPolls = 99) {
  const clock = manualClock();
  const file = openBook(() => clock.sleep(writingMs));
  const book = new AttemptCountingBook(file);
  const world = begin({
    ...race,
    clock,
    jobs: book,
    onSubmit: () => book.begin(),
    script: {
      steps: {
        a: [jobOf("a")],
        b: [jobOf("b")],
        "a/poll/job-a": [...new Array<Step>(aPolls).fill(jobOf("a")), gives(1)],
        "b/poll/job-b": [...new Array<Step>(bPolls).fill(jobOf("b")), gives(1)],
        "a/cancel": [{ kind: "reply", status: 200, json: {} }],
        "b/cancel": [{ kind: "reply", status: 200, json: {} }],
      },
    },
  });
  await clock.advance(cutAt);
  const tickets: readonly JobTicket[] = [...file.tickets];
  world.caller.abort();
  return tickets;
}

describe("a race that was cut off", () => {
  it("has left two jobs, of which one is fetched, and both may have been billed", async () => {
    const tickets = await cutOff(2_000);
    expect(tickets.map(({ attempt }) => attempt.reason)).toEqual(["first", "hedge"]);
    const world = await execute({
      ...race,
      tickets,
      script: { steps: { "b/poll/job-b": [gives(1)] } },
    });
    expect(paths(world)).toEqual(["b/poll/job-b"]);
    expect(world.result).toMatchObject({
      generated: { provider: "b", cost: { basis: "unknown" } },
    });
    expect(attemptsOf(world.result)).toMatchObject([
      { provider: "b", reason: "hedge", outcome: "succeeded" },
      { provider: "a", reason: "first", outcome: "failed", cost: { basis: "unknown" } },
    ]);
  });

  it("is fetched of the other one when one has failed", async () => {
    const world = await execute({
      ...race,
      tickets: await cutOff(2_000),
      script: { steps: { "b/poll/job-b": [failedJob], "a/poll/job-a": [gives(1)] } },
    });
    expect(paths(world)).toEqual(["b/poll/job-b", "a/poll/job-a"]);
    expect(world.result).toMatchObject({ generated: { provider: "a" } });
  });

  it("keeps the job for which there was no time, and does not cancel it unasked", async () => {
    const file = openBook();
    const world = await execute({
      ...race,
      tickets: await cutOff(2_000),
      jobs: file,
      deadlineMs: 5_000,
      script: {
        steps: {
          "b/poll/job-b": [jobOf("b")],
          "b/cancel": [{ kind: "reply", status: 200, json: {} }],
        },
      },
    });
    expect(world.result).toMatchObject({ error: { reason: "DEADLINE" } });
    expect(new Set(paths(world))).toEqual(new Set(["b/poll/job-b", "b/cancel"]));
    expect(file.story).toEqual([]);
  });

  it("gives its image, whenever that was, and submits nothing", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          cutAt: fc.integer({ min: 0, max: 4_000 }),
          writingMs: fc.integer({ min: 0, max: 400 }),
          aPolls: fc.integer({ min: 0, max: 6 }),
          bPolls: fc.integer({ min: 0, max: 6 }),
          unlucky: fc.constantFrom("a", "b"),
        }),
        async ({ cutAt, writingMs, aPolls, bPolls, unlucky }) => {
          const tickets = await cutOff(cutAt, writingMs, aPolls, bPolls);
          if (tickets.length === 0) return;
          const lost = tickets.length === 2 ? unlucky : undefined;
          const polled = (slug: string) => [slug === lost ? failedJob : gives(1)];
          const world = await execute({
            ...race,
            tickets,
            script: { steps: { "a/poll/job-a": polled("a"), "b/poll/job-b": polled("b") } },
          });
          expect(world.result).toMatchObject({ kind: "generated" });
          expect(paths(world).every((path) => path.includes("/poll/"))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("fetching several images", () => {
  it("that the end of the process interrupts takes no part for the whole", async () => {
    const task = imageTask(2);
    const candidates = [candidate("a", { task, maxCountPerCall: 1, dialect: { job: jobsByPath } })];
    const file = openBook();
    const cut = begin({
      task,
      candidates,
      jobs: file,
      script: {
        steps: {
          a: [jobOf("one"), jobOf("two")],
          "a/poll/job-one": [jobOf("one")],
          "a/poll/job-two": [jobOf("two")],
        },
      },
    });
    await cut.clock.advance(700);
    const world = begin({
      task,
      candidates,
      jobs: file,
      tickets: [...file.tickets],
      script: { steps: { "a/poll/job-one": [gives(1)], "a/poll/job-two": [jobOf("two")] } },
    });
    await world.clock.advance(2_000);
    world.caller.abort();
    expect(await world.end()).toMatchObject({ kind: "failed", error: { reason: "CANCELLED" } });
    expect(file.tickets).toHaveLength(2);
  });
});
