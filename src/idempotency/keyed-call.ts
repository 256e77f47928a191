import type { JobBook, JobTicket } from "../domain/job-ticket.ts";
import type { StreamOptions } from "../domain/stream-options.ts";

/** How a request with a key is asked. */
export interface KeyedCall {
  /** The name of who calls: each caller's keys are its own. Undefined where everybody may call. */
  readonly caller?: string | undefined;
  /** Aborted when the caller leaves. */
  readonly signal: AbortSignal;
  /** When the caller's time is up, on the clock's monotonic scale. Undefined when it set no deadline. */
  readonly deadlineAt?: number | undefined;
  /** Undefined for a unary request. */
  readonly stream?: StreamOptions | undefined;
}

/** What an execution on behalf of one key's callers has to go by, in place of its first caller's. */
export interface KeyedRun {
  /** Aborted when every caller has left before anything was sent, and when the process ends. */
  readonly signal: AbortSignal;
  /** Those that have deadlines of their own wait so long; the work has the route's time. */
  readonly deadlineAt: undefined;
  /** The first caller's, for as long as it listens. */
  readonly stream: StreamOptions | undefined;
  /** To be awaited before each attempt sends its first call. */
  readonly onSubmit: () => Promise<void>;
  /** Where the jobs are to be taken down that its calls leave. */
  readonly jobs: JobBook;
  /** What is to be fetched in place of doing the work: it was bought before. Undefined: nothing was. */
  readonly left?: readonly JobTicket[] | undefined;
}
