import type { Cost } from "../../domain/cost.ts";
import type { Failure } from "../../domain/failure.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Usage } from "../../domain/usage.ts";
import type { Done } from "../outcome.ts";
import type { StreamEvent } from "../reply.ts";
import type { FailedReply } from "./http-failure.ts";

/** How the answers of one provider differ from those of the others that speak OpenAI's dialect. */
export interface OpenAiAnswers {
  /**
   * The failure that an answer or an event tells of although its status was 2xx.
   * Undefined when it tells of none.
   */
  embeddedFailure(body: JsonObject, reply: FailedReply): Failure | undefined;
  /** What the provider says that the call costs. Undefined when it never says. */
  readonly cost?: ((usage: JsonObject) => Cost | undefined) | undefined;
  /** How the provider counts a chat, where that is not as OpenAI counts. */
  readonly usage?: ((usage: JsonObject) => Usage) | undefined;
  /** The names, in lower case, of the headers that can carry the id of the call; the first one counts. */
  readonly requestIdHeaders: readonly string[];
}

/** What the headers say of a call: its id, to quote to the provider's support. */
export function requestIdOf(
  headers: Readonly<Record<string, string>>,
  answers: OpenAiAnswers,
): string | undefined {
  for (const name of answers.requestIdHeaders) {
    if (headers[name]) return headers[name];
  }
  return undefined;
}

/** What an answer says of itself beside its output. */
export type AnswerFacts = Pick<
  Done,
  "usage" | "cost" | "upstreamId" | "upstreamModel" | "requestId"
>;

/**
 * The failure that an event tells of: one that is named "error", or of that type, or
 * any other with an `error` inside.
 */
export function eventFailure(
  event: StreamEvent,
  data: JsonObject,
  answers: OpenAiAnswers,
): Failure | undefined {
  const isError = event.name === "error" || data["type"] === "error";
  const body = isError && !data["error"] ? { error: data } : data;
  return answers.embeddedFailure(body, eventReply);
}

/** The reply that an event belongs to: its headers are gone by the time the event arrives. */
export const eventReply: FailedReply = { status: 200, headers: {} };
