import type { JsonObject } from "../domain/json.ts";

/** An error as vLLM writes it: the code is the HTTP status, as a number. */
export function compatibleError(status: number, message?: string, param?: string): JsonObject {
  return {
    message: message ?? words[status] ?? "Internal server error",
    type: types[status] ?? (status < 500 ? "BadRequestError" : "InternalServerError"),
    param: param ?? null,
    code: status,
  };
}

const types: Readonly<Record<number, string>> = {
  401: "AuthenticationError",
  403: "PermissionDeniedError",
  404: "NotFoundError",
  422: "UnprocessableEntityError",
  429: "RateLimitError",
  501: "NotImplementedError",
};

const words: Readonly<Record<number, string>> = {
  400: "Bad request",
  404: "The model does not exist.",
  429: "Too many requests",
  503: "The engine is not ready.",
};
