import type { Answer } from "./vendor.ts";

/** OpenAI's error, in its envelope. */
export interface OpenaiError {
  readonly message: string;
  readonly type: string;
  readonly param?: string | undefined;
  readonly code?: string | undefined;
}

/** An answer with OpenAI's error. */
export function openaiError(
  status: number,
  error: OpenaiError,
  headers: Readonly<Record<string, string>>,
): Answer {
  return { kind: "json", status, headers, value: { error: envelope(error) } };
}

/** What stands in "error": absent parts are null. */
export function envelope(error: OpenaiError): { readonly [key: string]: string | null } {
  return {
    message: error.message,
    type: error.type,
    param: error.param ?? null,
    code: error.code ?? null,
  };
}

/** The blame of one parameter, with status 400. */
export function badParameter(param: string, code: string, message: string): OpenaiError {
  return { message, type: "invalid_request_error", param, code };
}

/** What OpenAI says with each status when nothing in the request is to blame. */
export function openaiWords(status: number): OpenaiError {
  return words[status] ?? (status < 500 ? badRequest : serverError);
}

const badRequest: OpenaiError = {
  message: "We could not process your request.",
  type: "invalid_request_error",
};

const serverError: OpenaiError = {
  message:
    "The server had an error while processing your request. Sorry about that! You can retry your request.",
  type: "server_error",
};

const words: Readonly<Record<number, OpenaiError>> = {
  401: {
    message:
      "Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.",
    type: "invalid_request_error",
    code: "invalid_api_key",
  },
  402: {
    message: "You exceeded your current quota, please check your plan and billing details.",
    type: "insufficient_quota",
    code: "insufficient_quota",
  },
  403: {
    message: "Your organization must be verified to use this model.",
    type: "invalid_request_error",
  },
  404: {
    message: "The model does not exist or you do not have access to it.",
    type: "invalid_request_error",
    param: "model",
    code: "model_not_found",
  },
  429: {
    message: "Rate limit reached for requests.",
    type: "requests",
    code: "rate_limit_exceeded",
  },
  503: {
    message: "The server is currently overloaded with other requests. Please try again later.",
    type: "service_unavailable_error",
    code: "server_is_overloaded",
  },
};
