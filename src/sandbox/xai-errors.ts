import type { JsonObject } from "../domain/json.ts";
import type { Answer } from "./vendor.ts";

/** An answer with xAI's error: a phrase as the code, and the message beside it. */
export function xaiError(status: number, message?: string, more: JsonObject = {}): Answer {
  const words = usual[status] ?? usual[status < 500 ? 400 : 500];
  const value = { code: words?.[0] ?? "", error: message ?? words?.[1] ?? "", ...more };
  return { kind: "json", status, headers: {}, value };
}

/** A field that xAI does not take, or not with this model. */
export function unsupportedArgument(name: string, onModel = false): Answer {
  const message = `Argument not supported${onModel ? " on this model" : ""}: ${name}`;
  return xaiError(400, message, { code: "400" });
}

/** A body that does not fit the schema: the one error that is no JSON. */
export function unfitBody(what: string): Answer {
  const text = `Failed to deserialize the JSON body into the target type: ${what}`;
  return { kind: "bytes", status: 422, contentType: "text/plain", bytes: Buffer.from(text) };
}

const invalid = "Client specified an invalid argument";
const forbidden = "The caller does not have permission to execute the specified operation";
const missing = "Some requested entity was not found";
const exhausted = "Some resource has been exhausted";

const usual: Readonly<Record<number, readonly [code: string, error: string]>> = {
  400: [invalid, "The request is invalid."],
  401: ["Unauthenticated", "No API key provided in the Authorization header."],
  402: ["Payment required", "Payment is required."],
  403: [
    forbidden,
    "Your newly created team doesn't have any credits or licenses yet. You can purchase those on the console.",
  ],
  404: [missing, "The requested path or model does not exist."],
  429: [
    exhausted,
    "Too many requests for team sandbox. Your team's rate limit is - Requests per Minute (actual/limit): 301/300",
  ],
  500: ["Internal error", "The engine failed."],
  503: ["The service is currently unavailable", "The model is at capacity."],
};
