import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { noCost } from "../../src/domain/cost.ts";
import type { JobTicket } from "../../src/domain/job-ticket.ts";
import { sandboxFaultLabel } from "../../src/domain/sandbox-fault.ts";
import { HealthRegistry } from "../../src/failover/health/health-registry.ts";
import { manualClock } from "../support/manual-clock.ts";
import { jobsByPath, jobsOfOurs, openBook, ticket } from "./job-world.ts";
import {
  attemptsOf,
  begin,
  breaks,
  candidate,
  execute,
  failed,
  fails,
  gives,
  imageTask,
  job,
  jobDialect,
  priced,
} from "./world.ts";

const withJobs = [candidate("a", { dialect: { job: jobDialect } })];
const ended = (json: unknown) => ({ kind: "reply" as const, status: 200, json });
const paths = (world: { transport: { exchanges: { slug: string; path: string }[] } }) =>
  world.transport.exchanges.map(({ slug, path }) => slug + path);

describe("a job that was left", () => {
  it("is asked for by its id and never submitted, and its result is the request's", async () => {
    const world = await execute({
      candidates: withJobs,
      tickets: [ticket()],
      stream: {},
      script: {
        steps: { "a/poll": [job({ progress: { kind: "progress", fraction: 0.5 } }), gives(1)] },
      },
    });
    expect(paths(world)).toEqual(["a/poll", "a/poll"]);
    expect(world.result).toMatchObject({
      kind: "generated",
      generated: { provider: "a", upstreamModel: "a-m", cost: priced(1), replayed: false },
    });
    expect(world.events.map(({ kind }) => kind)).toEqual([
      "attempt_started",
      "progress",
      "image",
      "attempt_finished",
    ]);
  });

  it("is an attempt that began when it was submitted, and says that it was taken up", async () => {
    const clock = manualClock();
    const startTime = clock.now();
    await clock.advance(60_000);
    const { attempt } = ticket();
    const { result } = await execute({
      clock,
      candidates: withJobs,
      tickets: [ticket({ attempt: { ...attempt, number: 3, reason: "failover", startTime } })],
      script: { steps: { "a/poll": [gives(1)] } },
    });
    expect(attemptsOf(result)).toMatchObject([
      {
        number: 1,
        reason: "failover",
        startTime,
        durationMs: 61_000,
        outcome: "succeeded",
        message: "Its job was taken up by its id, and not submitted again.",
      },
    ]);
    // What the providers took of this request is what this request waited.
    expect(result).toMatchObject({ generated: { timing: { totalMs: 1_000, providersMs: 1_000 } } });
  });

  it("comes with the attempts that had ended before, and with what they cost", async () => {
    const earlier = {
      ...ticket().attempt,
      provider: "b",
      outcome: "failed" as const,
      cost: priced(2),
    };
    const { attempt } = ticket();
    const { result } = await execute({
      candidates: withJobs,
      tickets: [ticket({ attempt: { ...attempt, number: 2 }, earlier: [earlier] })],
      script: { steps: { "a/poll": [gives(1)] } },
    });
    expect(attemptsOf(result).map(({ number, provider }) => [number, provider])).toEqual([
      [1, "b"],
      [2, "a"],
    ]);
    expect(result).toMatchObject({ generated: { cost: priced(3) } });
  });

  it("costs nobody knows how much where attempts were made of which no ticket tells", async () => {
    const { result } = await execute({
      candidates: withJobs,
      tickets: [ticket({ others: true })],
      script: { steps: { "a/poll": [gives(1)] } },
    });
    expect(attemptsOf(result)).toMatchObject([{ cost: priced(1) }]);
    expect(result).toMatchObject({ generated: { cost: { basis: "unknown" } } });
  });

  it("is looked for by the call's own id where nobody knows more", async () => {
    const asked: string[] = [];
    const poll = ({ id }: { readonly id: string }) => {
      asked.push(id);
      return jobDialect.poll();
    };
    const { result } = await execute({
      candidates: [candidate("a", { dialect: { job: { ...jobsOfOurs, poll } } })],
      tickets: [ticket({ job: undefined })],
      script: { steps: { "a/poll": [gives(1)] } },
    });
    expect(result.kind).toBe("generated");
    expect(asked).toEqual(["00000000-0000-4000-8000-000000000009"]);
  });

  it("is one of several of an attempt, and each fills its own places", async () => {
    const task = imageTask(3);
    const { result } = await execute({
      task,
      candidates: [candidate("a", { task, dialect: { job: jobsByPath } })],
      tickets: [
        ticket({ callId: "1", slots: [0, 1] }),
        ticket({ callId: "2", slots: [2], job: { id: "job-2", waitMs: 0, state: {} } }),
      ],
      script: { steps: { "a/poll/job-1": [gives(2)], "a/poll/job-2": [gives(1)] } },
    });
    expect(attemptsOf(result)).toMatchObject([{ outcome: "succeeded", cost: priced(3) }]);
    const output = result.kind === "generated" ? result.generated.output : undefined;
    expect(output?.kind === "images" && output.images.map(({ height }) => height)).toEqual([
      1, 2, 1,
    ]);
  });

  it("of an attempt that had ended with a part comes once, and costs once", async () => {
    const task = imageTask(3);
    const { attempt } = ticket();
    const partial = { ...attempt, outcome: "partial" as const, cost: priced(1) };
    const { result } = await execute({
      task,
      candidates: [candidate("a", { task, dialect: { job: jobsByPath } })],
      tickets: [
        ticket({ callId: "1" }),
        ticket({
          callId: "2",
          attempt: { ...attempt, number: 2, reason: "missing_images" },
          earlier: [partial],
          slots: [1],
          job: { id: "job-2", waitMs: 0, state: {} },
        }),
      ],
      script: { steps: { "a/poll/job-1": [gives(1)], "a/poll/job-2": [gives(1)] } },
    });
    // The third image was lost, which is told once.
    expect(attemptsOf(result)).toMatchObject([
      { number: 1, reason: "missing_images", outcome: "partial", cost: { basis: "unknown" } },
      { number: 2, reason: "first", outcome: "succeeded", cost: priced(1) },
    ]);
    const output = result.kind === "generated" ? result.generated.output : undefined;
    expect(output?.kind === "images" && output.images).toHaveLength(2);
  });

  it("of an older attempt is asked for only while images are missing", async () => {
    const { attempt } = ticket();
    const tickets = [
      ticket({ callId: "1" }),
      ticket({
        callId: "2",
        attempt: { ...attempt, number: 2 },
        job: { id: "job-2", waitMs: 0, state: {} },
      }),
    ];
    const candidates = [candidate("a", { dialect: { job: jobsByPath } })];
    const newest = await execute({
      candidates,
      tickets,
      script: { steps: { "a/poll/job-2": [gives(1)] } },
    });
    expect(paths(newest)).toEqual(["a/poll/job-2"]);
    expect(attemptsOf(newest.result).map(({ outcome }) => outcome)).toEqual([
      "succeeded",
      "failed",
    ]);
    // Nobody knows what the other one cost.
    expect(newest.result).toMatchObject({ generated: { cost: { basis: "unknown" } } });
    const both = await execute({
      candidates,
      tickets,
      script: {
        steps: {
          "a/poll/job-2": [ended({ outcome: failed("server_fault") })],
          "a/poll/job-1": [gives(1)],
        },
      },
    });
    expect(both.result.kind).toBe("generated");
  });

  it("brings its images although others were lost, and an attempt tells of those", async () => {
    const task = imageTask(2);
    const { result } = await execute({
      task,
      candidates: [candidate("a", { task, dialect: { job: jobDialect } })],
      tickets: [ticket({ slots: [1] })],
      script: { steps: { "a/poll": [gives(1)] } },
    });
    expect(result).toMatchObject({ generated: { cost: { basis: "unknown" } } });
    expect(attemptsOf(result)).toMatchObject([
      {
        outcome: "partial",
        failure: "ambiguous",
        message: "1 image has no job to be fetched from: what was made before is lost.",
      },
    ]);
  });
});

describe("a job that was left and does not give its result", () => {
  it.each<[string, Parameters<typeof execute>[0]]>([
    [
      "cannot be found",
      { candidates: withJobs, script: { steps: { "a/poll": [fails("model_gone")] } } },
    ],
    ["is at a provider that is gone", { candidates: [candidate("b")], script: {} }],
    [
      "was submitted with a key that is gone",
      { candidates: withJobs, tickets: [ticket({ key: "00000000" })], script: {} },
    ],
    [
      "is at a provider that nobody reaches",
      {
        candidates: withJobs,
        script: {
          steps: {
            "a/poll": [breaks("never_sent", "not_sent")],
            "a/cancel": [breaks("never_sent", "not_sent")],
          },
        },
      },
    ],
  ])("since it %s leaves the outcome open, and names the job", async (_, setup) => {
    const jobs = openBook();
    const world = await execute({ tickets: [ticket()], jobs, ...setup });
    expect(world.result).toMatchObject({
      kind: "failed",
      error: {
        reason: "AMBIGUOUS_OUTCOME",
        metadata: { provider: "a", upstream_model: "a-m", upstream_id: "job-1" },
        attempts: [{ outcome: "failed", delivery: "ambiguous", cost: { basis: "unknown" } }],
      },
    });
    expect(paths(world)).not.toContain("a/submit?secret=1");
    // It may be found the next time.
    expect(jobs.story).toEqual([]);
  });

  it("leaves the outcome open when only one of two attempts has certainly failed", async () => {
    const { attempt } = ticket();
    const newest = {
      attempt: { ...attempt, number: 2 },
      job: { id: "job-2", waitMs: 0, state: {} },
    };
    const { result } = await execute({
      candidates: [candidate("a", { dialect: { job: jobsByPath } })],
      tickets: [ticket({ callId: "1" }), ticket({ callId: "2", ...newest })],
      script: {
        steps: {
          "a/poll/job-2": [ended({ outcome: failed("refused") })],
          "a/poll/job-1": [fails("model_gone")],
        },
      },
    });
    expect(result).toMatchObject({
      error: { reason: "AMBIGUOUS_OUTCOME", metadata: { upstream_id: "job-1, job-2" } },
    });
  });

  it("since it failed is that failure, and is struck out", async () => {
    const jobs = openBook();
    const { result } = await execute({
      candidates: withJobs,
      tickets: [ticket()],
      jobs,
      script: { steps: { "a/poll": [ended({ outcome: failed("refused") })] } },
    });
    expect(result).toMatchObject({ error: { reason: "CONTENT_REFUSED" } });
    expect(jobs.story).toEqual(["strike 9"]);
  });

  it("within the route's time tells that, and is cancelled as ever", async () => {
    const world = begin({
      candidates: withJobs,
      tickets: [ticket()],
      deadlineMs: 5_500,
      script: { steps: { "a/poll": [job()], "a/cancel": [ended({})] } },
    });
    const result = await world.end();
    expect(result).toMatchObject({ at: 5_500, error: { reason: "DEADLINE" } });
    expect(paths(world).at(-1)).toBe("a/cancel");
  });
});

describe("taking up a job", () => {
  it("waits at its provider's gate like any attempt, and leaves it", async () => {
    let inside = 0;
    const gate = (kind: "admitted" | "refused") => ({
      enter: () => {
        if (kind === "refused") return { kind, retryAfterMs: 300 };
        inside += 1;
        return { kind };
      },
      leave: () => {
        inside -= 1;
      },
    });
    const setup = {
      candidates: withJobs,
      tickets: [ticket()],
      script: { steps: { "a/poll": [gives(1)] } },
    };
    const refused = await execute({ ...setup, gateOf: () => gate("refused") });
    expect(refused.result).toMatchObject({ error: { reason: "OVERLOADED", retryAfterMs: 300 } });
    expect(paths(refused)).toEqual([]);
    const admitted = await execute({ ...setup, gateOf: () => gate("admitted") });
    expect([admitted.result.kind, inside]).toEqual(["generated", 0]);
  });

  it("tells the health of its target as any attempt does", async () => {
    const clock = manualClock();
    const health = new HealthRegistry(clock);
    await execute({
      clock,
      health,
      candidates: withJobs,
      tickets: [ticket()],
      script: { steps: { "a/poll": [ended({ outcome: failed("credential") })] } },
    });
    const [target] = withJobs;
    expect(target && health.outlook(target).out?.cause).toBe("no_key");
  });

  it("does not blame an embedded provider for the fault that its request ordered", async () => {
    const clock = manualClock();
    const health = new HealthRegistry(clock);
    const rehearsed = candidate("a", {
      dialect: { job: jobDialect },
      endpoint: { sandbox: true },
    });
    await execute({
      clock,
      health,
      candidates: [rehearsed],
      request: { labels: { [sandboxFaultLabel]: "a=http-401" } },
      tickets: [ticket()],
      script: { steps: { "a/poll": [ended({ outcome: failed("credential") })] } },
    });
    expect(health.outlook(rehearsed).out).toBeUndefined();
  });

  it("gets every image for which there is a ticket, whenever the process was cut off, and submits nothing", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          count: fc.integer({ min: 1, max: 5 }),
          perCall: fc.integer({ min: 1, max: 3 }),
          polls: fc.integer({ min: 0, max: 3 }),
          writingMs: fc.integer({ min: 0, max: 400 }),
          cutAt: fc.integer({ min: 0, max: 6_000 }),
          first: fc.constantFrom("gives none", "gives some"),
        }),
        async ({ count, perCall, polls, writingMs, cutAt, first }) => {
          const clock = manualClock();
          const task = imageTask(count);
          const dialect = { job: jobDialect };
          const candidates = [
            candidate("b", { task }),
            candidate("a", { task, dialect, maxCountPerCall: perCall }),
          ];
          const book = openBook(() => clock.sleep(writingMs));
          const until = [...new Array(polls * count).fill(job()), gives(perCall)];
          const b = first === "gives none" ? fails("quota", { cost: noCost }) : gives(count - 1);
          const cut = begin({
            clock,
            task,
            candidates,
            jobs: book,
            script: { steps: { b: [b], a: [job()], "a/poll": until } },
          });
          await clock.advance(cutAt);
          const left: readonly JobTicket[] = [...book.tickets];
          cut.caller.abort();
          if (left.length === 0) return;
          const world = await execute({
            task,
            candidates,
            tickets: left,
            script: { steps: { "a/poll": [gives(perCall)] } },
          });
          expect(new Set(paths(world))).toEqual(new Set(["a/poll"]));
          const places = new Set(left.flatMap(({ slots }) => slots)).size;
          const output =
            world.result.kind === "generated" ? world.result.generated.output : undefined;
          expect(output?.kind === "images" && output.images.length).toBe(places);
          // Whatever is not there is told of.
          const outcome = attemptsOf(world.result).at(-1)?.outcome;
          expect(outcome).toBe(places === count ? "succeeded" : "partial");
        },
      ),
      { numRuns: 60 },
    );
  });
});
