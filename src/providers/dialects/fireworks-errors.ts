import type { Failure, FailureClass } from "../../domain/failure.ts";
import type { JsonObject } from "../../domain/json.ts";
import { classOfStatus, type FailedReply, httpFailure } from "./http-failure.ts";
import { classOfError, type OpenAiError, readEmbeddedError, readError } from "./openai-errors.ts";
import { asText, at } from "./read-json.ts";

/**
 * The failure of an answer outside 2xx, in every form that Fireworks has:
 * `{error: {…}, request_id}`, `{error: "…"}`, its old gateway's `{fault}`,
 * `{detail}` of the image endpoints, and plain text (2026-11-21).
 */
export function fireworksReplyFailure(reply: FailedReply): Failure {
  const body = reply.body?.kind === "json" ? reply.body.value : undefined;
  const error = readError(body);
  return fireworksFailure(
    reply,
    {
      ...error,
      message: error.message ?? asText(at(body, "fault", "faultstring")),
      code: error.code ?? asText(at(body, "fault", "detail", "errorcode")),
    },
    asText(at(body, "request_id")),
  );
}

/** The failure that an answer or event of 2xx tells of all the same. Undefined when it tells of none. */
export function fireworksEmbeddedFailure(
  body: JsonObject,
  reply: FailedReply,
): Failure | undefined {
  const error = readEmbeddedError(body);
  return error && fireworksFailure(reply, error, asText(body["request_id"]));
}

function fireworksFailure(
  reply: FailedReply,
  error: OpenAiError,
  requestId: string | undefined,
): Failure {
  return httpFailure(reply, {
    class: classOf(reply.status, error),
    code: error.code ?? error.type,
    requestId: requestId ?? reply.headers["x-request-id"],
    detail: error.message,
  });
}

/** Content is never refused by a status, so only the status counts; inside a 2xx the code does. */
function classOf(status: number, error: OpenAiError): FailureClass {
  if (status === 412 || error.code === "PRECONDITION_FAILED") {
    // An account that has not paid, or else a model's LoRA that cannot be loaded.
    return aboutMoney.test(error.message ?? "") ? "quota" : "model_gone";
  }
  if (error.code === "NOT_FOUND") return "model_gone";
  // It has the model, but not for this protocol: an edit of a model that only draws.
  if (status === 405) return "unsupported_here";
  return status >= 300 ? classOfStatus(status) : classOfError(status, error);
}

const aboutMoney = /suspended|spending|invoice|billing|payment|credit/i;
