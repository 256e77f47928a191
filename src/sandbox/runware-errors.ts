import type { JsonObject } from "../domain/json.ts";
import type { Answer } from "./vendor.ts";

/** A complaint, as it stands in `errors`. */
export interface RunwareComplaint {
  readonly code: string;
  readonly message: string;
  /** Several where they contradict each other. */
  readonly parameter?: string | readonly string[] | undefined;
  readonly type?: string | undefined;
}

/** An answer with one error; `task` is the one that it is about. */
export function runwareError(
  status: number,
  complaint: RunwareComplaint,
  task?: JsonObject | undefined,
): Extract<Answer, { kind: "json" }> {
  return { kind: "json", status, value: { errors: [errorItem(complaint, task)] } };
}

/** An error as it stands in the list. */
export function errorItem(complaint: RunwareComplaint, task: JsonObject = {}): JsonObject {
  const { code, message, parameter, type } = complaint;
  return {
    code,
    message,
    ...(parameter === undefined ? {} : { parameter }),
    ...(type === undefined ? {} : { type }),
    ...(typeof task["taskType"] === "string" ? { taskType: task["taskType"] } : {}),
    ...(typeof task["taskUUID"] === "string" ? { taskUUID: task["taskUUID"] } : {}),
    documentation: "https://runware.ai/docs/platform/errors",
  };
}

/** What Runware says with a status. What its edge says is a page. */
export function runwareFailure(status: number, message?: string): Answer {
  if (status === 502 || status === 504) {
    const page = `<html><head><title>${status} Gateway Time-out</title></head><body></body></html>`;
    return { kind: "bytes", status, contentType: "text/html", bytes: Buffer.from(page) };
  }
  const [code, words] = usual[status] ?? (status < 500 ? usual[400] : usual[500]) ?? ["", ""];
  return runwareError(status, { code, message: message ?? words });
}

const usual: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ["invalidRequest", "The request is invalid."],
  401: ["invalidApiKey", "Invalid API key. Get one at https://my.runware.ai/signup"],
  402: [
    "insufficientCredits",
    "Insufficient credits, please add your credit card and top-up your balance",
  ],
  403: ["forbidden", "The account may not do this."],
  404: ["modelNotFound", "The model does not exist."],
  408: ["timeout", "The request took too long."],
  409: ["conflictTaskUUID", "The taskUUID is in use."],
  413: ["maxPayloadExceeded", "The body is too large."],
  429: ["rateLimitExceeded", "Too many requests."],
  500: ["internalServerError", "An unexpected error occurred."],
  503: ["noAvailableServer", "No server is available for this model."],
};
