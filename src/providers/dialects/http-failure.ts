import type { Cost } from "../../domain/cost.ts";
import { type Failure, type FailureClass, identifier } from "../../domain/failure.ts";
import type { Usage } from "../../domain/usage.ts";
import type { Reply, ReplyBody } from "../reply.ts";
import { retryAfterMs } from "./retry-after.ts";

/** Why a provider's answer is a failure, as its dialect understood it. */
export interface FailureCause {
  readonly class: FailureClass;
  /** The provider's code, as it came: it is kept only when it looks like an identifier. */
  readonly code?: unknown;
  /** A wait that the body asks for, in milliseconds. A header that asks comes first. */
  readonly retryAfterMs?: number | undefined;
  /** The provider's id for the call, as it came: kept only when it looks like an identifier. */
  readonly requestId?: unknown;
  /** The provider's own words, as they came. Without them a body of text is taken. */
  readonly detail?: unknown;
  /** In our words, without anything of the provider's. Undefined means what the class says. */
  readonly message?: string | undefined;
  readonly billed?: boolean | undefined;
  /** What the provider says that the call costs all the same. */
  readonly cost?: Cost | undefined;
  /** What the provider counted all the same. */
  readonly usage?: Usage | undefined;
  readonly ofJob?: boolean | undefined;
}

/** What is needed of a reply to tell of its failure. */
export interface FailedReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: ReplyBody | undefined;
}

/**
 * Makes a failure of an answer: its message is ours, its code and its id are
 * harmless, and the provider's own words are in `detail` and nowhere else.
 */
export function httpFailure(reply: FailedReply, cause: FailureCause): Failure {
  return {
    class: cause.class,
    delivery: "sent",
    message: `${cause.message ?? meanings[cause.class]} (HTTP ${reply.status}).`,
    httpStatus: reply.status,
    upstreamCode: identifier(cause.code),
    retryAfterMs: waits.has(cause.class)
      ? (retryAfterMs(reply.headers) ?? cause.retryAfterMs)
      : undefined,
    upstreamRequestId: identifier(cause.requestId),
    detail: cut(cause.detail) ?? (reply.body?.kind === "text" ? cut(reply.body.text) : undefined),
    billed: cause.billed,
    cost: cause.cost,
    usage: cause.usage,
    ofJob: cause.ofJob,
  };
}

/**
 * Makes a failure of an event inside a stream. The status was 200 and the headers
 * are gone by then.
 */
export function streamFailure(cause: FailureCause): Failure {
  return httpFailure({ status: 200, headers: {} }, cause);
}

/**
 * The failure of a 2xx answer that is not what its dialect promises: no JSON, no
 * image, a field missing. `what` is in our words, a sentence without its full stop.
 */
export function malformedReply(reply: Reply, what: string, requestId?: unknown): Failure {
  return httpFailure(reply, { class: "server_fault", message: what, requestId });
}

/** The failure of a stream that ended without its terminal event. */
export function unfinishedStream(requestId?: unknown): Failure {
  return streamFailure({
    class: "server_fault",
    message: "The provider's stream ended before its last event",
    requestId,
  });
}

/**
 * What a status outside 2xx means when nothing else is known
 * (RFC 9110, and openai-compatible servers as of 2026-11-21). 408 and 409 are the
 * server's fault since trying again may help, and 404, 405 and 501 mean that the
 * model or the endpoint is not there.
 */
export function classOfStatus(status: number): FailureClass {
  switch (status) {
    case 400:
    case 413:
    case 414:
    case 415:
    case 422:
      return "caller_fault";
    case 401:
    case 403:
    case 407:
      return "credential";
    case 402:
      return "quota";
    case 404:
    case 405:
    case 410:
    case 501:
      return "model_gone";
    case 429:
    case 503:
    case 529:
      return "overloaded";
    case 408:
    case 409:
    case 424:
    case 425:
      return "server_fault";
    default:
      return status >= 500 ? "server_fault" : "unknown";
  }
}

/** After these a wait helps, so a wait that is asked for is kept. */
const waits: ReadonlySet<FailureClass> = new Set(["overloaded", "server_fault", "quota"]);

const meanings: Record<FailureClass, string> = {
  never_sent: "The request did not reach the provider",
  overloaded: "The provider is overloaded or limits the rate of calls",
  server_fault: "The provider failed",
  timeout: "The provider took too long",
  ambiguous: "The provider may or may not have done the work",
  quota: "The provider account's quota or credit is used up",
  credential: "The provider refuses the key or what it may do",
  model_gone: "The provider does not have this model or endpoint",
  unsupported_here: "The provider cannot do this",
  caller_fault: "The provider says that the request is wrong",
  refused: "The provider's safety system refuses the content",
  cancelled: "The call was cancelled",
  deadline: "The caller's deadline passed",
  unknown: "The provider gave an answer that is not understood",
};

const detailLimit = 1000;

function cut(text: unknown): string | undefined {
  return typeof text === "string" && text !== "" ? text.slice(0, detailLimit) : undefined;
}
