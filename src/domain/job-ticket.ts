import type { Attempt } from "./attempt.ts";
import type { Job } from "./job.ts";

/**
 * What it takes to fetch the result of a call whose answer is a job, as plain JSON:
 * another process can do it. There is no prompt in it and no key.
 */
export interface JobTicket {
  /** The call's id, which no other call has; at some providers it names the job. */
  readonly callId: string;
  /** The attempt that the call is a part of, as it began. */
  readonly attempt: Attempt;
  /** The attempts of the request that had ended by then. */
  readonly earlier: readonly Attempt[];
  /** Whether further attempts were begun, of which nothing is known here. Default false. */
  readonly others?: boolean | undefined;
  /** The fingerprint of the key that the call presented. Undefined when the provider wants none. */
  readonly key?: string | undefined;
  /** The places of the request's images that the call fills. */
  readonly slots: readonly number[];
  /** Undefined: the call is about to be sent, and the provider knows it by `callId`. */
  readonly job?: Job | undefined;
}

/** Where tickets are taken down. */
export interface JobBook {
  /** Whether it outlives the process: then a job runs on when the process ends, and the next one fetches it. */
  readonly lasts: boolean;
  /** Takes a ticket down, in place of an earlier one of the same call. It is durable when the promise resolves. */
  write(ticket: JobTicket): Promise<void>;
  /** Strikes a ticket out, since nothing can come of its job any more. */
  strike(callId: string): Promise<void>;
}
