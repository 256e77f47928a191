import type { JsonObject } from "../domain/json.ts";
import type { Answer } from "./vendor.ts";

/** An answer with Fireworks' error, in its envelope. */
export function fireworksError(status: number, message?: string): Answer {
  const [code, words] = usual[status] ?? [null, status < 500 ? "Bad request" : "Internal error"];
  const value: JsonObject = {
    error: {
      object: "error",
      type: status === 400 || status === 404 ? "invalid_request_error" : "error",
      code,
      param: status === 404 ? "model" : null,
      message: message ?? words,
    },
    request_id: "req-sandbox",
  };
  return { kind: "json", status, value };
}

/** What the image endpoints say of a field: status 422, in FastAPI's form. */
export function fireworksUnfit(field: string, message: string): Answer {
  const detail = [{ loc: ["body", field], msg: message, type: "value_error" }];
  return { kind: "json", status: 422, value: { detail } };
}

const usual: Readonly<Record<number, readonly [code: string | null, message: string]>> = {
  401: ["UNAUTHORIZED", "The API key you provided is invalid."],
  402: [null, "The spend limit of this account is reached."],
  403: ["FORBIDDEN", "The API key is not allowed to do this."],
  404: ["NOT_FOUND", "Model not found, inaccessible, and/or not deployed"],
  405: [null, "Method Not Allowed"],
  412: [
    "PRECONDITION_FAILED",
    "Account sandbox is suspended, possibly due to reaching the monthly spending limit or failure to pay past invoices.",
  ],
  429: [null, "Rate limit exceeded, please try again later"],
  503: [null, "The model is scaling up, please try again later"],
};
