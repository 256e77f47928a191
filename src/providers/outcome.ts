import type { Cost } from "../domain/cost.ts";
import type { Failure } from "../domain/failure.ts";
import type { Job } from "../domain/job.ts";
import type { Output } from "../domain/output.ts";
import type { OutputEvent } from "../domain/output-event.ts";
import type { Usage } from "../domain/usage.ts";

/** What a provider's answer means. */
export type Outcome = Done | Accepted | Failed;

/** The task is done. Fewer images than asked are possible: the engine counts them. */
export interface Done {
  readonly kind: "done";
  readonly output: Output;
  readonly usage: Usage;
  /** What the provider says it costs. Undefined when it does not say. */
  readonly cost?: Cost | undefined;
  /** The provider's id for the result. */
  readonly upstreamId?: string | undefined;
  /** The model that answered, as the provider names it. */
  readonly upstreamModel?: string | undefined;
  /** The provider's id for the call, to quote to its support. */
  readonly requestId?: string | undefined;
  /** Why there are fewer images than asked, where the provider says. */
  readonly shortfall?: Failure | undefined;
}

/** The provider has accepted a job, or works on it. */
export interface Accepted {
  readonly kind: "job";
  readonly job: Job;
}

/** The task failed. */
export interface Failed {
  readonly kind: "failed";
  readonly failure: Failure;
}

/** An image was handed over, and this is the provider's address of it. */
export interface Uploaded {
  readonly kind: "uploaded";
  readonly url: string;
}

/** What one event of a stream means. */
export type StreamStep =
  | { readonly kind: "output"; readonly event: OutputEvent }
  | { readonly kind: "failed"; readonly failure: Failure };
