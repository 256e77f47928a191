import type { Adjustment } from "../domain/adjustment.ts";
import type { Attempt } from "../domain/attempt.ts";
import type { EmitEvent } from "../domain/generated.ts";
import type { JobTicket } from "../domain/job-ticket.ts";
import type { AttemptObserver } from "../domain/observer.ts";
import type { FinishedImage } from "../domain/output.ts";
import type { Secret } from "../domain/secret.ts";
import type { Task } from "../domain/task.ts";
import type { Candidate } from "../router/plan.ts";
import type { ExecuteDependencies, ExecuteInput } from "./execute-input.ts";

/** One attempt, ready to be made. */
export interface AttemptToRun {
  readonly candidate: Candidate;
  /** The key that all its calls present. Undefined for a provider that wants none. */
  readonly key: Secret | undefined;
  /** The task in what the target takes, with its images prepared. */
  readonly task: Task;
  /** What was done to its images for that. Undefined means nothing that is told. */
  readonly conversions?: readonly Adjustment[] | undefined;
  readonly input: ExecuteInput;
  readonly dependencies: ExecuteDependencies;
  /** How it began. */
  readonly attempt: Attempt;
  /** The attempts of the request that have ended. */
  readonly earlier: readonly Attempt[];
  readonly observer: AttemptObserver;
  /** The request's images, by their places. The attempt fills those that are missing. */
  readonly images: (FinishedImage | undefined)[];
  /** The calls of it that were sent before and are taken up, in place of new ones. Undefined: it is made now. */
  readonly tickets?: readonly JobTicket[] | undefined;
  /** Undefined for a unary request. */
  readonly emit: EmitEvent | undefined;
}
