import {
  type Attempt,
  AttemptOutcome,
  AttemptOutcomeSchema,
  AttemptReason,
  AttemptReasonSchema,
  FailureClassSchema,
} from "../../gen/spillway/v1/attempt_pb.ts";
import { renderTable } from "./table.ts";
import { costText, enumWord, timeText } from "./words.ts";

/** One line for a try that begins: "#2 openai gpt-image-2: trying (failover)". */
export function startedText(attempt: Attempt): string {
  const { reason } = attempt;
  const known = reason !== AttemptReason.UNSPECIFIED && reason !== AttemptReason.FIRST;
  const why = known ? ` (${plain(enumWord(AttemptReasonSchema, reason))})` : "";
  return `${nameOf(attempt)}: trying${why}`;
}

/** One line for a try that has ended: "#1 vertex gemini-3-pro-image: failed after 412 ms, OVERLOADED, HTTP 503. …" */
export function finishedText(attempt: Attempt): string {
  const { outcome, duration, cost } = attempt;
  const name = nameOf(attempt);
  if (outcome === AttemptOutcome.SKIPPED) return `${name}: skipped. ${attempt.message}`.trimEnd();
  const word = plain(enumWord(AttemptOutcomeSchema, outcome));
  const time = duration === undefined ? word : `${word} after ${timeText(duration)}`;
  if (outcome === AttemptOutcome.SUCCEEDED) return `${name}: ${time}, cost ${costText(cost)}`;
  return `${name}: ${[time, ...failureWords(attempt)].join(", ")}. ${attempt.message}`.trimEnd();
}

/** Every try as a table. */
export function attemptTable(attempts: readonly Attempt[], width: number): string {
  const rows = attempts.map((attempt) => [
    String(attempt.number),
    attempt.provider,
    attempt.upstreamModel,
    plain(enumWord(AttemptOutcomeSchema, attempt.outcome)),
    attempt.outcome === AttemptOutcome.SKIPPED ? "" : timeText(attempt.duration),
    [failureWords(attempt).join(", "), attempt.message].filter((text) => text !== "").join(": "),
  ]);
  const columns = ["provider", "model", "outcome"].map((title) => ({ title }));
  return renderTable(
    [{ title: "#" }, ...columns, { title: "time", align: "right" }, { title: "why" }],
    rows,
    width,
  );
}

function nameOf({ number, provider, upstreamModel }: Attempt): string {
  return `#${number} ${provider} ${upstreamModel}`.trimEnd();
}

function failureWords({ failure, httpStatus, upstreamCode }: Attempt): string[] {
  if (failure === 0) return [];
  const words = [enumWord(FailureClassSchema, failure)];
  if (httpStatus !== 0) words.push(`HTTP ${httpStatus}`);
  if (upstreamCode !== "") words.push(upstreamCode);
  return words;
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll("_", " ");
}
