import type { JsonObject } from "../domain/json.ts";
import type { Random } from "../domain/random.ts";
import type { Task } from "../domain/task.ts";
import type { Done, Failed, Outcome } from "../providers/outcome.ts";
import type { CallTarget, OperationDialect } from "../providers/provider.ts";
import type { AbortScope } from "./abort-scope.ts";
import type { CallOutput } from "./call-output.ts";
import { exchange, type Line } from "./exchange.ts";
import { followJob } from "./follow-job.ts";
import { mergeOptions } from "./merge-options.ts";
import { runStream } from "./run-stream.ts";

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
}

/** Makes one call and follows the job that may come of it. A job is never submitted twice. */
export async function runCall(call: CallToRun): Promise<Done | Failed> {
  const { dialect, streamed } = call;
  const outcome =
    streamed && dialect.stream !== undefined
      ? await runStream(call, dialect.stream)
      : await submit(call);
  if (outcome.kind !== "job") return outcome;
  if (dialect.job === undefined) {
    throw new Error(`${call.line.endpoint.slug} gave a job, and does not say how to follow it.`);
  }
  return followJob({
    ...call,
    dialect: dialect.job,
    job: outcome.job,
    onProgress: (progress) => call.output.take(progress),
  });
}

async function submit(call: CallToRun): Promise<Outcome> {
  const { line, dialect, task, target, options, scope } = call;
  const request = mergeOptions(dialect.request(task, target), options);
  const answer = await exchange(line, request, "submit", scope);
  return answer.kind === "failed" ? answer : dialect.result(answer.reply, task, target);
}
