import { unknownCost } from "../domain/cost.ts";
import type { GenerateResult } from "../domain/generate-result.ts";
import type { JobTicket } from "../domain/job-ticket.ts";
import { AttemptLog } from "./attempt-log.ts";
import { describeError, type LastWord } from "./describe-error.ts";
import type { ExecuteDependencies, ExecuteInput } from "./execute-input.ts";
import { Harvest } from "./harvest.ts";
import { orderedEmit } from "./ordered-emit.ts";
import { attemptsLeft, earlierAttempts, hasUntold, placesLost } from "./read-tickets.ts";
import { isOpenStill, stillUnknown, weightiestWord } from "./still-unknown.ts";
import { takeUpAttempt } from "./take-up-attempt.ts";
import { toGenerated } from "./to-generated.ts";

/**
 * Fetches what the calls of an earlier execution of this request have left at their
 * providers. Nothing is submitted: what cannot be had this way is not bought again.
 * The plan's candidates are the targets that are still there to be asked.
 *
 * The newest attempt comes first, since it is the one that nobody had given up. An
 * image that no ticket stands for is lost, if it was made; an attempt says so. Where
 * attempts were made of which no ticket tells, nobody knows what it all cost.
 *
 * It rejects only for a bug.
 */
export async function takeUpJobs(
  input: ExecuteInput,
  tickets: readonly JobTicket[],
  dependencies: ExecuteDependencies,
): Promise<GenerateResult> {
  const earlier = earlierAttempts(tickets);
  const emit = input.stream && orderedEmit(input.stream.emit);
  const harvest = new Harvest(input.request.task);
  const log = new AttemptLog(input, dependencies, emit, earlier);
  const work = { input, dependencies, emit, log, harvest };
  for (const { cost } of earlier) harvest.addCost(cost);
  const left = attemptsLeft(tickets);
  if (hasUntold(left)) harvest.addCost(unknownCost);

  const words: LastWord[] = [];
  let lost = placesLost(tickets, harvest.images.length);
  for (const attempt of left) {
    const word = await takeUpAttempt(work, attempt, lost);
    if (word !== undefined) words.push(word);
    lost = 0;
  }

  const { output } = harvest;
  // A part, taken for the whole, would strike out the jobs that still have the rest.
  if (output !== undefined && !words.some(isLeaving))
    return { kind: "generated", generated: toGenerated(output, work) };
  const lastWord = weightiestWord(words);
  const error = describeError(lastWord, input, log.attempts);
  return {
    kind: "failed",
    error: isOpenStill(lastWord) ? { ...error, ...stillUnknown(tickets, lastWord) } : error,
  };
}

/** Whether the caller left before all was there, or the process had to end. */
function isLeaving(word: LastWord): boolean {
  return word.kind === "failure" && word.failure.class === "cancelled";
}
