import { describe, expect, it } from "vitest";
import {
  attemptsOf,
  begin,
  breaks,
  candidate,
  execute,
  failed,
  fails,
  gives,
  job,
  jobDialect,
} from "./world.ts";

const emptyJob = failed("server_fault", { billed: true, ofJob: true });
const withJobs = () => [candidate("a", { dialect: { job: jobDialect } }), candidate("b")];
const paths = (world: { transport: { exchanges: { slug: string; path: string }[] } }) =>
  world.transport.exchanges.map(({ slug, path }) => slug + path);

describe("a job", () => {
  it("is asked for as long as the provider says, and tells its progress", async () => {
    const { result, transport, events } = await execute({
      candidates: withJobs(),
      stream: {},
      script: {
        steps: {
          a: [job({ waitMs: 1_000, progress: { kind: "progress", queuePosition: 3 } })],
          "a/poll": [
            job({ waitMs: 2_000, progress: { kind: "progress", fraction: 0.5 } }),
            gives(1),
          ],
        },
      },
    });
    expect(transport.exchanges.map(({ at }) => at)).toEqual([0, 1_000, 3_000]);
    expect(result.kind).toBe("generated");
    expect(events.map(({ kind }) => kind)).toEqual([
      "attempt_started",
      "progress",
      "progress",
      "image",
      "attempt_finished",
    ]);
  });

  it("that the caller's own id names is asked for when the answer is lost, not submitted again", async () => {
    const lost = [
      breaks("ambiguous", "ambiguous"),
      { kind: "text", status: 200, text: "<html>" } as const,
      fails("ambiguous", { delivery: "ambiguous" }),
    ];
    for (const answer of lost) {
      const ids: string[] = [];
      const find = ({ callId }: { readonly callId: string }) => {
        ids.push(callId);
        return { id: callId, waitMs: 1_000, state: {} };
      };
      const world = await execute({
        candidates: [candidate("a", { dialect: { job: { ...jobDialect, find } } })],
        script: { steps: { a: [answer], "a/poll": [gives(1)] } },
      });
      expect(world.result.kind).toBe("generated");
      expect(paths(world)).toEqual(["a/submit?secret=1", "a/poll"]);
      expect(ids).toEqual(["00000000-0000-4000-8000-000000000001"]);
    }
  });

  it("is not looked for after a failure that leaves nothing open", async () => {
    const find = () => ({ id: "job-1", waitMs: 1_000, state: {} });
    const world = await execute({
      candidates: [candidate("a", { dialect: { job: { ...jobDialect, find } } })],
      script: { steps: { a: [fails("caller_fault", { httpStatus: 400 })] } },
    });
    expect(world.result.kind).toBe("failed");
    expect(paths(world)).toEqual(["a/submit?secret=1"]);
  });

  it("whose id is lost with the answer is ambiguous: it is not submitted again", async () => {
    const unreadable = [
      { kind: "text", status: 201, text: "<html>" } as const,
      {
        kind: "fail",
        failure: {
          class: "server_fault",
          delivery: "sent",
          message: "The answer broke off.",
          httpStatus: 201,
        },
      } as const,
    ];
    for (const answer of unreadable) {
      const world = await execute({
        candidates: withJobs(),
        routing: { duplicateSpend: "forbid" },
        script: { steps: { a: [answer] } },
      });
      expect(paths(world)).toEqual(["a/submit?secret=1"]);
      expect(attemptsOf(world.result)).toMatchObject([
        { provider: "a", failure: "ambiguous", delivery: "ambiguous", cost: { basis: "unknown" } },
      ]);
      expect(world.result).toMatchObject({ error: { reason: "AMBIGUOUS_OUTCOME" } });
    }
  });

  it("that has ended without an image is not lost, and not bought again where that is forbidden", async () => {
    const empty = { kind: "reply", status: 201, json: { outcome: emptyJob } } as const;
    const setup = { candidates: withJobs(), script: { steps: { a: [empty], b: [gives(1)] } } };
    const allowed = await execute(setup);
    expect(attemptsOf(allowed.result).map(({ provider, failure }) => [provider, failure])).toEqual([
      ["a", "server_fault"],
      ["a", "server_fault"],
      ["b", undefined],
    ]);
    const forbidden = await execute({ ...setup, routing: { duplicateSpend: "forbid" } });
    expect(paths(forbidden)).toEqual(["a/submit?secret=1"]);
    expect(forbidden.result).toMatchObject({ error: { reason: "AMBIGUOUS_OUTCOME" } });
  });

  it("is asked for again when a question fails, and never submitted again", async () => {
    const world = await execute({
      candidates: withJobs(),
      script: {
        steps: {
          a: [job()],
          "a/poll": [
            breaks("never_sent", "not_sent"),
            fails("overloaded", { retryAfterMs: 3_000 }),
            fails("server_fault"),
            breaks("ambiguous", "ambiguous"),
            gives(1),
          ],
        },
      },
    });
    expect(world.result.kind).toBe("generated");
    expect(paths(world)).toEqual(["a/submit?secret=1", ...Array(5).fill("a/poll")]);
    expect(world.transport.exchanges.map(({ at }) => at)).toEqual([
      0, 1_000, 2_000, 5_000, 6_000, 7_000,
    ]);
    expect(attemptsOf(world.result)).toHaveLength(1);
  });

  it("is not asked for without end by a Retry-After of nothing", async () => {
    const world = await execute({
      candidates: withJobs(),
      script: {
        steps: {
          a: [job({ waitMs: 50 })],
          "a/poll": [...Array(3).fill(fails("overloaded", { retryAfterMs: 0 })), gives(1)],
        },
      },
      random: () => 0,
    });
    expect(world.result.kind).toBe("generated");
    expect(world.transport.exchanges.map(({ at }) => at)).toEqual([0, 50, 150, 250, 350]);
  });

  it("is asked for again when a question hangs", async () => {
    const world = await execute({
      candidates: withJobs(),
      script: {
        steps: { a: [job()], "a/poll": [{ kind: "hang", delivery: "ambiguous" }, gives(1)] },
      },
    });
    expect(world.transport.exchanges.map(({ at }) => at)).toEqual([0, 1_000, 32_000]);
    expect(world.result.kind).toBe("generated");
  });

  it("that failed, as the answer to a question tells, is not asked for again", async () => {
    const world = await execute({
      candidates: withJobs(),
      script: {
        steps: {
          a: [job(), gives(1)],
          "a/poll": [fails("server_fault", { httpStatus: 500, ofJob: true })],
        },
      },
    });
    expect(paths(world)).toEqual(["a/submit?secret=1", "a/poll", "a/submit?secret=1"]);
    expect(attemptsOf(world.result)).toMatchObject([
      { provider: "a", failure: "server_fault", delivery: "sent" },
      { provider: "a", reason: "retry", outcome: "succeeded" },
    ]);
  });

  it.each(["model_gone", "credential", "quota", "unknown"] as const)(
    "that cannot be found (%s) is ambiguous",
    async (name) => {
      const setup = {
        script: { steps: { a: [job()], "a/poll": [fails(name)], b: [gives(1)] } },
      };
      const allowed = await execute({ ...setup, candidates: withJobs() });
      expect(attemptsOf(allowed.result)[0]).toMatchObject({
        failure: "ambiguous",
        delivery: "ambiguous",
      });
      expect(allowed.result.kind).toBe("generated");
      const forbidden = await execute({
        ...setup,
        candidates: withJobs(),
        routing: { duplicateSpend: "forbid" },
      });
      expect(forbidden.result).toMatchObject({ error: { reason: "AMBIGUOUS_OUTCOME" } });
    },
  );

  it("that only gets faults for an answer counts as lost after five", async () => {
    const world = await execute({
      candidates: withJobs(),
      script: { steps: { a: [job()], "a/poll": [fails("server_fault")], b: [gives(1)] } },
    });
    expect(paths(world)).toEqual([
      "a/submit?secret=1",
      ...Array(5).fill("a/poll"),
      "b/submit?secret=1",
    ]);
    expect(attemptsOf(world.result)[0]?.failure).toBe("ambiguous");
  });

  it("is not lost while some answers are good", async () => {
    const faults = Array(4).fill(fails("server_fault"));
    const world = await execute({
      candidates: withJobs(),
      script: { steps: { a: [job()], "a/poll": [...faults, job(), ...faults, gives(1)] } },
    });
    expect(world.result).toMatchObject({ generated: { provider: "a" } });
  });

  it.each<Parameters<typeof fails>>([
    ["refused"],
    ["caller_fault", { ofJob: true }],
    ["unsupported_here", { ofJob: true }],
  ])("takes a verdict on the request (%s) as the answer", async (name, over) => {
    const { result } = await execute({
      candidates: withJobs(),
      plan: { forced: true },
      script: { steps: { a: [job()], "a/poll": [fails(name, over)] } },
    });
    expect(result.kind).toBe("failed");
    expect(attemptsOf(result)).toMatchObject([{ failure: name, delivery: "sent" }]);
  });

  it.each(["caller_fault", "unsupported_here"] as const)(
    "is not judged by an answer that finds fault with the question (%s): it may be done and billed",
    async (name) => {
      const { result } = await execute({
        candidates: withJobs(),
        routing: { duplicateSpend: "forbid" },
        script: { steps: { a: [job()], "a/poll": [fails(name, { httpStatus: 400 })] } },
      });
      expect(result).toMatchObject({ error: { reason: "AMBIGUOUS_OUTCOME" } });
      expect(attemptsOf(result)).toMatchObject([
        { failure: "ambiguous", delivery: "ambiguous", cost: { basis: "unknown" } },
      ]);
    },
  );

  it("costs nobody knows what when it is lost, though no failed question was billed", async () => {
    const fault = fails("server_fault", { httpStatus: 500, billed: false });
    const { result } = await execute({
      candidates: [candidate("a", { dialect: { job: jobDialect } })],
      script: { steps: { a: [job()], "a/poll": [fault, fault, fault, fault, fault] } },
    });
    expect(attemptsOf(result)).toMatchObject([
      { failure: "ambiguous", cost: { basis: "unknown" } },
    ]);
  });

  it("that failed by its own account is that failure", async () => {
    const polled = { kind: "reply" as const, status: 200, json: { outcome: failed("refused") } };
    const { result } = await execute({
      candidates: withJobs(),
      script: { steps: { a: [job()], "a/poll": [polled] } },
    });
    expect(result).toMatchObject({ error: { reason: "CONTENT_REFUSED" } });
    expect(attemptsOf(result)[0]?.cost).toEqual({ basis: "unknown" });
  });
});

describe("a question for a job that fails under a success", () => {
  const under200 = (name: Parameters<typeof failed>[0]) => ({
    kind: "reply" as const,
    status: 200,
    json: { outcome: failed(name, { httpStatus: 200, ofJob: false }) },
  });

  it.each(["overloaded", "server_fault"] as const)(
    "by a fault that passes (%s) is asked again, and nothing is submitted twice",
    async (name) => {
      const world = await execute({
        candidates: withJobs(),
        script: { steps: { a: [job()], "a/poll": [under200(name), gives(1)] } },
      });
      expect(paths(world)).toEqual(["a/submit?secret=1", "a/poll", "a/poll"]);
      expect(attemptsOf(world.result)).toMatchObject([{ provider: "a", outcome: "succeeded" }]);
    },
  );

  it.each(["credential", "quota", "caller_fault"] as const)(
    "for good (%s) leaves open whether the job is done and billed",
    async (name) => {
      const { result } = await execute({
        candidates: withJobs(),
        routing: { duplicateSpend: "forbid" },
        script: { steps: { a: [job()], "a/poll": [under200(name)] } },
      });
      expect(result).toMatchObject({ error: { reason: "AMBIGUOUS_OUTCOME" } });
      expect(attemptsOf(result)).toMatchObject([
        { failure: "ambiguous", delivery: "ambiguous", cost: { basis: "unknown" } },
      ]);
    },
  );
});

describe("a job whose time is up", () => {
  const steps = (cancelStatus: number) => ({
    a: [job()],
    "a/poll": [job()],
    "a/cancel": [{ kind: "reply" as const, status: cancelStatus, json: {} }],
    b: [gives(1)],
  });

  it("is cancelled first, and then the next target is asked", async () => {
    const world = await execute({
      candidates: withJobs(),
      script: { steps: steps(202) },
      routing: { duplicateSpend: "forbid" },
    });
    expect(paths(world).slice(-2)).toEqual(["a/cancel", "b/submit?secret=1"]);
    expect(world.transport.exchanges.at(-1)?.at).toBe(60_000);
    expect(world.result.kind).toBe("generated");
    expect(attemptsOf(world.result)[0]).toMatchObject({ failure: "timeout", delivery: "sent" });
    expect(world.observed.map(({ purpose }) => purpose)).toContain("cancel");
  });

  it("is ambiguous when the provider's confirmation proves nothing", async () => {
    const seen: unknown[] = [];
    const cancelled = (reply: { readonly status: number }, { id }: { readonly id: string }) => {
      seen.push([reply.status, id]);
      return false;
    };
    const world = await execute({
      candidates: [
        candidate("a", { dialect: { job: { ...jobDialect, cancelled } } }),
        candidate("b"),
      ],
      script: { steps: steps(202) },
      routing: { duplicateSpend: "forbid" },
    });
    expect(seen).toEqual([[202, "job-1"]]);
    expect(world.result).toMatchObject({ error: { reason: "AMBIGUOUS_OUTCOME" } });
  });

  it("is ambiguous when the provider does not confirm", async () => {
    const world = await execute({
      candidates: withJobs(),
      script: { steps: steps(404) },
      routing: { duplicateSpend: "forbid" },
    });
    expect(paths(world).at(-1)).toBe("a/cancel");
    expect(world.result).toMatchObject({ error: { reason: "AMBIGUOUS_OUTCOME" } });
    expect(attemptsOf(world.result)[0]).toMatchObject({
      failure: "timeout",
      delivery: "ambiguous",
    });
  });

  it("is ambiguous when the cancelling itself gets no answer in five seconds", async () => {
    const world = await execute({
      candidates: withJobs(),
      script: {
        steps: { ...steps(200), "a/cancel": [{ kind: "hang" as const, delivery: "ambiguous" }] },
      },
    });
    expect(world.transport.exchanges.at(-1)).toMatchObject({ slug: "b", at: 65_000 });
    expect(attemptsOf(world.result)[0]?.delivery).toBe("ambiguous");
  });

  it("does not make the caller wait for the cancelling past the deadline", async () => {
    const world = begin({
      candidates: withJobs(),
      deadlineMs: 10_500,
      script: {
        steps: { ...steps(200), "a/cancel": [{ kind: "hang" as const, delivery: "ambiguous" }] },
      },
    });
    const result = await world.end();
    expect(result.at).toBe(10_500);
    expect(result).toMatchObject({ error: { reason: "DEADLINE" } });
    expect(paths(world).at(-1)).toBe("a/cancel");
    expect(world.transport.exchanges.at(-1)?.exchange.signal.aborted).toBe(false);
    await world.clock.advance(5_000);
    expect(world.transport.exchanges.at(-1)?.exchange.signal.aborted).toBe(true);
  });

  it("is cancelled when the caller leaves, over a connection that the caller cannot end", async () => {
    const world = begin({ candidates: withJobs(), script: { steps: steps(200) } });
    await world.clock.advance(1_500);
    world.caller.abort();
    const result = await world.end();
    expect(paths(world)).toEqual(["a/submit?secret=1", "a/poll", "a/cancel"]);
    expect(result.at).toBe(1_500);
    expect(result).toMatchObject({ error: { reason: "CANCELLED" } });
    expect(attemptsOf(result)).toMatchObject([
      { outcome: "cancelled", failure: "cancelled", delivery: "sent" },
    ]);
  });

  it("is given up when the provider cannot cancel", async () => {
    const { cancel: _, ...withoutCancel } = jobDialect;
    const world = await execute({
      candidates: [candidate("a", { dialect: { job: withoutCancel } })],
      script: { steps: steps(200) },
    });
    expect(paths(world)).not.toContain("a/cancel");
    expect(attemptsOf(world.result)[0]).toMatchObject({
      failure: "timeout",
      delivery: "ambiguous",
    });
  });
});
