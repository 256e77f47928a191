import { type Cost, reportedCost } from "../../domain/cost.ts";
import type { Failure, FailureClass } from "../../domain/failure.ts";
import type { JsonObject, JsonValue } from "../../domain/json.ts";
import { classOfStatus, type FailedReply, httpFailure } from "./http-failure.ts";
import { classOfError, type OpenAiError, readEmbeddedError, readError } from "./openai-errors.ts";
import { asNumber, asObject, at } from "./read-json.ts";

/** The failure of an answer outside 2xx, whatever its body: `{code, error}`, `{error: {…}}`, `{error}` or text. */
export function xaiReplyFailure(reply: FailedReply): Failure {
  const { body } = reply;
  const error = readError(body?.kind === "json" ? body.value : undefined);
  const message = body?.kind === "text" ? body.text : error.message;
  const usage = body?.kind === "json" ? at(body.value, "usage") : undefined;
  return xaiFailure(reply, { ...error, message }, usage);
}

/**
 * The failure that an answer or event of 2xx tells of all the same: a stream that
 * is overloaded begins with 200 and a plain JSON error. Undefined when it tells of none.
 */
export function xaiEmbeddedFailure(body: JsonObject, reply: FailedReply): Failure | undefined {
  const error = readEmbeddedError(body);
  return error && xaiFailure(reply, error, body["usage"]);
}

/** The failure of images that were made and held back: they are on the bill. */
export function xaiModeratedFailure(reply: FailedReply, usage: JsonValue | undefined): Failure {
  return httpFailure(reply, {
    class: "refused",
    requestId: reply.headers["x-request-id"],
    ...billOf(usage),
  });
}

/** `usage.cost_in_usd_ticks`, of which ten thousand million are a US dollar. */
export function xaiCost(usage: JsonObject): Cost | undefined {
  const ticks = asNumber(usage["cost_in_usd_ticks"]);
  return ticks === undefined || ticks < 0 ? undefined : reportedCost(Math.round(ticks / 10_000));
}

function xaiFailure(reply: FailedReply, error: OpenAiError, usage: JsonValue | undefined): Failure {
  return httpFailure(reply, {
    class: classOf(reply.status, error),
    code: error.code ?? error.type,
    requestId: reply.headers["x-request-id"],
    detail: error.message,
    ...billOf(usage),
  });
}

/**
 * The words come first, since one status means many things: 400 is also a wrong key
 * and a moderated picture, 403 is content, money or permission, 429 is rate or
 * money (docs.x.ai, recorded answers and issues, 2026-11-21).
 */
function classOf(status: number, error: OpenAiError): FailureClass {
  const said = `${error.code ?? ""} ${error.message ?? ""}`;
  if (status < 500 && /content[- ]moderat|usage guidelines|safety_check/i.test(said)) {
    return "refused";
  }
  if (aboutMoney.has(status) && /\bcredits?\b|spending[- ]limit/i.test(said)) return "quota";
  if (status === 400 && /incorrect api key/i.test(said)) return "credential";
  if (/service is currently unavailable/i.test(said)) return "overloaded";
  if (status < 300) return classOfError(status, error);
  // The path and the method are ours, and every other model would be asked the same way.
  return status === 405 ? "caller_fault" : classOfStatus(status);
}

const aboutMoney: ReadonlySet<number> = new Set([200, 402, 403, 429]);

/** A failure that names its cost is billed. */
function billOf(usage: JsonValue | undefined): {
  readonly billed?: true;
  readonly cost?: Cost;
} {
  const counted = asObject(usage);
  const cost = counted && xaiCost(counted);
  return cost === undefined ? {} : { billed: true, cost };
}
