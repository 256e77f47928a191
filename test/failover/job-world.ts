import { unknownCost } from "../../src/domain/cost.ts";
import type { Job } from "../../src/domain/job.ts";
import type { JobBook, JobTicket } from "../../src/domain/job-ticket.ts";
import { Secret } from "../../src/domain/secret.ts";
import type { CallTarget } from "../../src/providers/provider.ts";
import { jobDialect } from "./world.ts";

/** A book of jobs, as a process that ends now leaves it. */
export interface TestBook extends JobBook {
  readonly tickets: readonly JobTicket[];
  /** What was done to it, in order: "write 1", "strike 1", by the last digits of the call's id. */
  readonly story: readonly string[];
}

/** An empty book. Each writing takes as long as `wait` does. */
export function openBook(wait: () => Promise<void> = async () => {}): TestBook {
  const tickets = new Map<string, JobTicket>();
  const story: string[] = [];
  return {
    lasts: true,
    story,
    get tickets() {
      return [...tickets.values()];
    },
    async write(ticket) {
      await wait();
      // As through a file: what is no JSON does not come back.
      tickets.set(ticket.callId, JSON.parse(JSON.stringify(ticket)) as JobTicket);
      story.push(`write ${Number(ticket.callId.slice(-12))}${ticket.job === undefined ? "?" : ""}`);
    },
    async strike(callId) {
      await wait();
      tickets.delete(callId);
      story.push(`strike ${Number(callId.slice(-12))}`);
    },
  };
}

/** A ticket of a call at the provider `a`, whose job is known. */
export function ticket(over: Partial<JobTicket> = {}): JobTicket {
  return {
    callId: "00000000-0000-4000-8000-000000000009",
    attempt: {
      number: 1,
      model: "m",
      provider: "a",
      upstreamModel: "a-m",
      priority: 0,
      weight: 1,
      reason: "first",
      startTime: 0,
      message: "",
      cost: unknownCost,
      discardOutput: false,
    },
    earlier: [],
    key: new Secret("a-key").fingerprint,
    slots: [0],
    job: { id: "job-1", waitMs: 1_000, state: {} },
    ...over,
  };
}

/** Jobs that are asked for under a path of their own: "/poll/job-1". */
export const jobsByPath = {
  ...jobDialect,
  poll: ({ id }: Job) => ({ method: "GET", path: `/poll/${id}` }) as const,
};

/** Jobs that the caller's own id names. */
export const jobsOfOurs = {
  ...jobDialect,
  find: ({ callId }: CallTarget): Job => ({ id: callId, waitMs: 1_000, state: {} }),
};
