import type { Job } from "../domain/job.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Random } from "../domain/random.ts";
import type { Task } from "../domain/task.ts";
import type { CallTarget, OperationDialect } from "../providers/provider.ts";
import type { AbortScope } from "./abort-scope.ts";
import type { CallOutput } from "./call-output.ts";
import type { Line } from "./exchange.ts";
import type { InputUploads } from "./input-uploads.ts";

/** One call of an attempt, ready to be made. */
export interface CallToRun {
  readonly line: Line;
  readonly dialect: OperationDialect<Task, unknown>;
  /** What this call does: its count is at most what one call can make. */
  readonly task: Task;
  readonly target: CallTarget;
  /** The caller's further fields for this provider. */
  readonly options: JsonObject | undefined;
  /** Whether to stream, if the provider can. */
  readonly streamed: boolean;
  readonly scope: AbortScope;
  /** When the whole request must have ended, on the clock's monotonic scale. */
  readonly deadlineAt: number;
  readonly random: Random;
  readonly output: CallOutput;
  /** The images that its attempt has handed over. Undefined: they travel in the call. */
  readonly uploads: InputUploads | undefined;
  /**
   * Awaited before the first question for a job, and without one before a call is sent
   * whose job the call's own id will name. Undefined: nobody wants to know.
   */
  readonly onJob?: ((job: Job | undefined) => Promise<void>) | undefined;
  /** Whether a job runs on when its caller is gone, since it will be fetched. Default: it is cancelled. */
  readonly leavesJob?: boolean | undefined;
}
