import type { Failure, FailureClass } from "../../domain/failure.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Reply } from "../reply.ts";
import { isEdgePage } from "./edge-page.ts";
import { classOfStatus, httpFailure } from "./http-failure.ts";
import { asArray, asObject, asText, at, objectBody } from "./read-json.ts";

/**
 * What an answer of fal outside 2xx means: an error of the model, which is a list
 * under `detail`; one of the platform, which has an `error_type`; or a page of its
 * edge (docs.fal.ai and @fal-ai/client 1.10.1, 2026-11-21).
 */
export function falFailure(reply: Reply): Failure {
  const error = readError(objectBody(reply) ?? {}, reply);
  const requestId = reply.headers["x-fal-request-id"];
  // Without fal's id it is its edge that answers, behind which the job may be in the queue.
  const isLost = requestId === undefined && isEdgePage(reply);
  const failure = httpFailure(reply, {
    class: classOf(reply, error),
    code: error.type,
    requestId,
    detail: error.text,
    // fal bills no error of its own (docs.fal.ai, 2026-11-21).
    billed: reply.status >= 500 && !isLost ? false : undefined,
  });
  return {
    ...failure,
    delivery: isLost ? "ambiguous" : failure.delivery,
    // The platform's word that another try here would fail just the same.
    permanent: reply.headers["x-fal-retryable"] === "false" || undefined,
  };
}

/**
 * What such an answer means in place of a result: mostly how the job failed. Where
 * it is neither the model's nor of a known type, only 422 and 500 are that; the others
 * come from in between, as the official client has it, and the result may still be there.
 */
export function falResultFailure(reply: Reply): Failure {
  const error = readError(objectBody(reply) ?? {}, reply);
  const own = (reply.status === 422 || reply.status === 500) && reply.body.kind === "json";
  return {
    ...falFailure(reply),
    ofJob: error.ofModel || requestErrors.has(error.type ?? "") || own,
  };
}

/**
 * The failure of a job whose status says by itself why. Undefined when it names
 * none of the platform's errors: then the result says more.
 */
export function falStatusFailure(
  reply: Reply,
  status: JsonObject,
  id: string,
): Failure | undefined {
  const type = asText(status["error_type"]);
  const known = requestErrors.get(type ?? "");
  if (known === undefined) return undefined;
  return httpFailure(reply, {
    class: known.class,
    code: type,
    message: "The provider accepted the job and failed to do it",
    requestId: id,
    detail: status["error"],
    billed: known.status >= 500 ? false : undefined,
  });
}

interface FalError {
  /** Of the error that says most, where there are several. */
  readonly type?: string | undefined;
  readonly text?: string | undefined;
  /** Whether the model itself says so. */
  readonly ofModel: boolean;
}

function readError(body: JsonObject, reply: Reply): FalError {
  const items = asArray(body["detail"]).map(asObject);
  const item = items.find((each) => modelErrors.has(asText(each?.["type"]) ?? "")) ?? items[0];
  if (item !== undefined) {
    return { type: asText(item["type"]), text: asText(item["msg"]), ofModel: true };
  }
  return {
    type: asText(body["error_type"]) ?? asText(body["type"]) ?? reply.headers["x-fal-error-type"],
    text: asText(body["detail"]) ?? asText(body["message"]) ?? asText(at(body, "error", "message")),
    ofModel: false,
  };
}

function classOf(reply: Reply, { type = "", text = "", ofModel }: FalError): FailureClass {
  const { status, headers } = reply;
  // It was not begun within the time that the call itself had named.
  if (status === 504 && headers["x-fal-request-timeout-type"] === "user") return "timeout";
  if (type === "concurrent_requests_limit") return "overloaded";
  const known = ofModel ? modelErrors.get(type) : requestErrors.get(type)?.class;
  if (known !== undefined) return known;
  // The result was asked for before its time, which the job survives.
  if (status === 400 && /still in progress/i.test(text)) return "server_fault";
  if (status === 403 && /\blocked\b|\bbalance\b/i.test(text)) return "quota";
  if ((status === 403 || status === 422) && /content policy|content checker/i.test(text)) {
    return "refused";
  }
  return classOfStatus(status);
}

/** `detail[].type`, as far as it says more than that the request is wrong. */
const modelErrors: ReadonlyMap<string, FailureClass> = new Map([
  ["content_policy_violation", "refused"],
  // Mostly a refusal that nobody calls so: no use in asking this model again, but another may.
  ["no_media_generated", "unsupported_here"],
  ["feature_not_supported", "unsupported_here"],
  ["internal_server_error", "server_fault"],
  ["downstream_service_error", "server_fault"],
  ["downstream_service_unavailable", "server_fault"],
  ["generation_timeout", "timeout"],
]);

/** `error_type`, and the status that each comes with where a status tells of it. */
const requestErrors: ReadonlyMap<string, { status: number; class: FailureClass }> = new Map([
  ["request_timeout", { status: 504, class: "timeout" }],
  ["startup_timeout", { status: 504, class: "timeout" }],
  ["generation_timeout", { status: 504, class: "timeout" }],
  ["runner_scheduling_failure", { status: 503, class: "overloaded" }],
  ["runner_connection_timeout", { status: 503, class: "server_fault" }],
  ["runner_disconnected", { status: 503, class: "server_fault" }],
  ["runner_connection_refused", { status: 503, class: "server_fault" }],
  ["runner_connection_error", { status: 503, class: "server_fault" }],
  ["runner_incomplete_response", { status: 502, class: "server_fault" }],
  ["runner_server_error", { status: 500, class: "server_fault" }],
  ["internal_error", { status: 500, class: "server_fault" }],
  // Somebody else stopped it: we would not be there to hear of it.
  ["client_disconnected", { status: 499, class: "timeout" }],
  ["client_cancelled", { status: 499, class: "timeout" }],
  ["bad_request", { status: 400, class: "caller_fault" }],
]);
