import { type Failure, identifier } from "../domain/failure.ts";
import type { Task } from "../domain/task.ts";
import type { Outcome, StreamStep } from "../providers/outcome.ts";
import type { StreamDialect } from "../providers/provider.ts";
import { endMark } from "../transport/event-reader.ts";
import { abortFailure } from "./abort-scope.ts";
import type { CallToRun } from "./call-to-run.ts";
import { ContentClock } from "./content-clock.ts";
import { exchangeStream } from "./exchange.ts";
import { mergeOptions } from "./merge-options.ts";

/**
 * Runs a call whose answer is a stream. What the stream amounts to, only its
 * reader knows: a body that ends without the terminal event is a failure, and one
 * that breaks off or hangs behind it is none. An answer that is no stream is read
 * as that of a unary call.
 */
export async function runStream(call: CallToRun, stream: StreamDialect<Task>): Promise<Outcome> {
  const { line, dialect, task, target, scope, output } = call;
  const reader = stream.open(task, target);
  const contentClock = new ContentClock(line.clock, dialect.timeouts, scope);
  let failure: Failure | undefined;

  const play = (
    steps: readonly StreamStep[],
    from: number,
  ): "stop" | undefined | Promise<"stop" | undefined> => {
    for (let index = from; index < steps.length; index++) {
      const step = steps[index] as StreamStep;
      if (step.kind === "failed") {
        failure = step.failure;
        return "stop";
      }
      if (step.event.kind !== "progress") contentClock.content();
      const taken = output.take(step.event);
      if (taken !== undefined) {
        contentClock.pause();
        return taken.then(() => {
          contentClock.resume();
          return play(steps, index + 1);
        });
      }
    }
    return undefined;
  };

  try {
    const request = mergeOptions(stream.request(task, target), call.options);
    const answer = await exchangeStream(line, request, scope, (event) => {
      if (event.text === endMark && isSettled(reader.end())) contentClock.wasLast();
      return play(reader.read(event), 0);
    });
    const headers = answer.kind === "ended" ? answer.headers : {};
    const id = firstOf(headers, reader.requestIdHeaders);
    if (failure !== undefined) return withRequestId({ kind: "failed", failure }, id);
    if (answer.kind === "reply") return dialect.result(answer.reply, task, target);
    const outcome = reader.end();
    if (answer.kind === "failed") {
      return isSettled(outcome) && answer.failure.class !== "cancelled" ? outcome : answer;
    }
    // A stream that was cut from this side is incomplete, and that is not the provider's fault.
    return outcome.kind === "failed" && scope.cause !== undefined
      ? { kind: "failed", failure: abortFailure(scope.cause, "ambiguous") }
      : withRequestId(outcome, id);
  } finally {
    contentClock.close();
  }
}

/**
 * Whether the provider has said how it ends: where it has not, the reader blames the
 * server, and what became of the connection says more.
 */
function isSettled(outcome: Outcome): boolean {
  return outcome.kind !== "failed" || outcome.failure.class !== "server_fault";
}

function withRequestId(outcome: Outcome, id: string | undefined): Outcome {
  if (id === undefined) return outcome;
  if (outcome.kind === "done") return { ...outcome, requestId: outcome.requestId ?? id };
  if (outcome.kind === "job") return outcome;
  const { failure } = outcome;
  const upstreamRequestId = failure.upstreamRequestId ?? identifier(id);
  return { kind: "failed", failure: { ...failure, upstreamRequestId } };
}

function firstOf(
  headers: Readonly<Record<string, string>>,
  names: readonly string[] = [],
): string | undefined {
  for (const name of names) if (headers[name]) return headers[name];
  return undefined;
}
