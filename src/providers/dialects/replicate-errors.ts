import type { Failure, FailureClass } from "../../domain/failure.ts";
import type { JsonObject, JsonValue } from "../../domain/json.ts";
import type { Reply } from "../reply.ts";
import { isEdgePage } from "./edge-page.ts";
import { classOfStatus, httpFailure } from "./http-failure.ts";
import { asArray, asNumber, asObject, asText, at, objectBody } from "./read-json.ts";

/**
 * What an answer of Replicate outside 2xx means: problem details (RFC 9457), or a
 * page of its edge, behind which the prediction may run (replicate.com/docs, 2026-11-21).
 */
export function replicateFailure(reply: Reply): Failure {
  const problem = objectBody(reply);
  const detail = wordsOf(problem?.["detail"] ?? problem?.["error"]);
  const failure = httpFailure(reply, {
    class: classOfProblem(reply.status, problem, detail ?? ""),
    code: at(problem, "invalid_fields", 0, "type"),
    retryAfterMs: waitMs(problem, detail ?? ""),
    requestId: reply.headers["cf-ray"],
    detail: detail ?? asText(problem?.["title"]),
  });
  return isEdgePage(reply) ? { ...failure, delivery: "ambiguous" } : failure;
}

/**
 * What a prediction's `error` means. It is text for people without a code of its
 * own, so its words are looked at, the telling ones first.
 */
export function replicatePredictionFailure(
  reply: Reply,
  id: string,
  error: JsonValue | undefined,
): Failure {
  const text = wordsOf(error) ?? "";
  const code = /\((E\d{3,4})\)|\bcode: (E\d{3,4}|PA)\b/.exec(text);
  return httpFailure(reply, {
    class: classOfWords(text),
    code: code?.[1] ?? code?.[2],
    requestId: id,
    detail: text,
  });
}

function classOfProblem(
  status: number,
  problem: JsonObject | undefined,
  detail: string,
): FailureClass {
  // Not allowed to run this model or version. The key is good for others.
  if (status === 403) return "model_gone";
  if (status === 422 && problem?.["invalid_fields"] === undefined) {
    const title = asText(problem?.["title"]) ?? "";
    if (/version/i.test(title) || /specified version|\bversion is required/i.test(detail)) {
      return "model_gone";
    }
  }
  return classOfStatus(status);
}

/** The wait in the body: `retry_after` in seconds, "~7s", "available in 1 second". */
function waitMs(problem: JsonObject | undefined, detail: string): number | undefined {
  const told = asNumber(problem?.["retry_after"]);
  if (told !== undefined && told >= 0) return Math.ceil(told * 1000);
  const match = /(?:~|available in )(\d{1,6}) ?s/i.exec(detail);
  return match === null ? undefined : Number(match[1]) * 1000;
}

function classOfWords(text: string): FailureClass {
  return words.find(([pattern]) => pattern.test(text))?.[1] ?? "unknown";
}

/**
 * In this order: a refusal can speak of a time-out, but a time-out does not speak of
 * refusal. The platform's own codes have four digits, and are told before words that
 * blame the input; the models' wrappers have three.
 */
const words: readonly (readonly [RegExp, FailureClass])[] = [
  [/nsfw/i, "refused"],
  [/flagged as sensitive|\bE005\b/i, "refused"],
  [/content polic|safety|moderation|moderated|blocked|prohibited/i, "refused"],
  [/\bE(?!1001\b|4875\b)\d{4}\b/, "server_fault"],
  // The same input needs the same memory again; elsewhere it may fit.
  [/\bE1001\b|CUDA out of memory|\bOOM\b/i, "unsupported_here"],
  // The address of a web hook, which only the caller's own options can have set.
  [/\bE4875\b/, "caller_fault"],
  [/prediction interrupted|code: PA\b/i, "server_fault"],
  [/rate limit|\b429\b|too many requests|high demand|\bE00[34]\b/i, "overloaded"],
  [
    /input validation error|cannot identify image file|failed to download|404 client error|\bE006\b/i,
    "caller_fault",
  ],
  [/timed out|timeout/i, "timeout"],
];

function wordsOf(value: JsonValue | undefined): string | undefined {
  const text = asText(value);
  if (text !== undefined) return text;
  const found = Array.isArray(value) ? asArray(value) : asObject(value);
  return found === undefined ? undefined : JSON.stringify(found);
}
