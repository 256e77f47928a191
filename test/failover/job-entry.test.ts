import { describe, expect, it } from "vitest";
import { manualClock } from "../support/manual-clock.ts";
import { jobsByPath, jobsOfOurs, openBook } from "./job-world.ts";
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
} from "./world.ts";

const withJobs = () => [candidate("a", { dialect: { job: jobDialect } }), candidate("b")];

describe("the book of jobs", () => {
  it("has a job before the job is first asked for, with all that it takes to go on", async () => {
    const clock = manualClock();
    const jobs = openBook(() => clock.sleep(700));
    const world = begin({
      clock,
      jobs,
      candidates: withJobs(),
      script: { steps: { a: [job({ state: { phase: "queued" } })], "a/poll": [gives(1)] } },
    });
    await clock.advance(700);
    expect(jobs.tickets).toMatchObject([
      {
        callId: "00000000-0000-4000-8000-000000000001",
        attempt: { number: 1, provider: "a", upstreamModel: "a-m", reason: "first" },
        earlier: [],
        slots: [0],
        job: { id: "job-1", waitMs: 1_000, state: { phase: "queued" } },
      },
    ]);
    expect(JSON.stringify(jobs.tickets)).not.toMatch(/a-key|a cat/);
    await world.end();
    expect(world.transport.exchanges.map(({ at }) => at)).toEqual([0, 1_700]);
    expect(jobs.story).toEqual(["write 1"]);
  });

  it("has a job for each call of an attempt, and knows its places", async () => {
    const jobs = openBook();
    const task = imageTask(3);
    const dialect = { job: jobDialect };
    await execute({
      jobs,
      task,
      candidates: [candidate("a", { task, dialect, maxCountPerCall: 2 })],
      script: { steps: { a: [job()], "a/poll": [gives(2), gives(1)] } },
    });
    expect(jobs.tickets.map(({ slots }) => slots)).toEqual([[0, 1], [2]]);
  });

  it("has a call whose own id names its job before it is sent", async () => {
    const clock = manualClock();
    const jobs = openBook(() => clock.sleep(700));
    const world = begin({
      clock,
      jobs,
      candidates: [candidate("a", { dialect: { job: jobsOfOurs } })],
      script: { steps: { a: [{ kind: "hang", delivery: "ambiguous" }] } },
    });
    await clock.advance(700);
    expect(jobs.story).toEqual(["write 1?"]);
    expect(jobs.tickets[0]).not.toHaveProperty("job");
    expect(world.transport.exchanges.map(({ at }) => at)).toEqual([700]);
  });

  it("knows the attempts that had ended by then", async () => {
    const jobs = openBook();
    await execute({
      jobs,
      candidates: [candidate("b"), candidate("a", { dialect: { job: jobDialect } })],
      script: { steps: { b: [fails("quota")], a: [job()], "a/poll": [gives(1)] } },
    });
    expect(jobs.tickets).toMatchObject([
      {
        attempt: { number: 2, reason: "failover" },
        earlier: [{ provider: "b", failure: "quota" }],
      },
    ]);
  });

  it("has no job any more that certainly failed, before anybody else is asked", async () => {
    const clock = manualClock();
    const jobs = openBook(() => clock.sleep(700));
    const polled = { kind: "reply" as const, status: 200, json: { outcome: failed("unknown") } };
    const world = await execute({
      clock,
      jobs,
      candidates: withJobs(),
      script: { steps: { a: [job()], "a/poll": [polled], b: [gives(1)] } },
    });
    expect(jobs.story).toEqual(["write 1", "strike 1"]);
    expect(world.transport.exchanges.map(({ slug, at }) => [slug, at])).toEqual([
      ["a", 0],
      ["a", 1_700],
      ["b", 2_400],
    ]);
  });

  it("keeps a job of which it is open what became of it", async () => {
    const jobs = openBook();
    await execute({
      jobs,
      candidates: withJobs(),
      script: { steps: { a: [job()], "a/poll": [fails("credential")], b: [gives(1)] } },
    });
    expect(jobs.story).toEqual(["write 1"]);
  });

  it("keeps a call whose answer was lost, where its id names the job, and strikes out one that was turned away", async () => {
    for (const [answer, story] of [
      [breaks("ambiguous", "ambiguous"), ["write 1?", "write 1"]],
      [fails("caller_fault", { httpStatus: 400 }), ["write 1?", "strike 1"]],
    ] as const) {
      const jobs = openBook();
      await execute({
        jobs,
        candidates: [candidate("a", { dialect: { job: jobsOfOurs } })],
        script: { steps: { a: [answer], "a/poll": [gives(1)] } },
      });
      expect(jobs.story).toEqual(story);
    }
  });

  it("that lasts has a job that runs on when the process ends, and one that does not has it cancelled", async () => {
    for (const [lasts, asked, delivery] of [
      [true, ["a/submit?secret=1"], "ambiguous"],
      [false, ["a/submit?secret=1", "a/cancel"], "sent"],
    ] as const) {
      const jobs = openBook();
      const world = begin({
        jobs: { ...jobs, lasts },
        candidates: withJobs(),
        script: { steps: { a: [job()], "a/cancel": [gives(0)] } },
      });
      await world.clock.advance(500);
      world.caller.abort();
      const result = await world.end();
      expect(world.transport.exchanges.map(({ slug, path }) => slug + path)).toEqual(asked);
      expect(attemptsOf(result)).toMatchObject([{ failure: "cancelled", delivery }]);
      expect(jobs.tickets).toHaveLength(lasts ? 1 : 0);
    }
  });

  it("stays empty for providers that answer at once", async () => {
    const jobs = openBook();
    await execute({
      jobs,
      candidates: [candidate("a", { dialect: { job: jobsByPath } })],
      script: { steps: { a: [gives(1)] } },
    });
    expect(jobs.story).toEqual([]);
  });
});
