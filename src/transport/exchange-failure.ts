import { errors } from "undici";
import type { Failure } from "../domain/failure.ts";
import { identifier } from "../domain/failure.ts";
import { ForbiddenAddressError } from "./egress-guard.ts";

/**
 * How far a request had got. `unsent`: not all of it was handed to the operating
 * system, so no server can have acted on it. `sent`: all of it was. `answered`:
 * the head of the answer has come.
 */
export type RequestProgress = "unsent" | "sent" | "answered";

/** What went wrong with an exchange, as a result. */
export interface FailedExchange {
  readonly kind: "failed";
  readonly failure: Failure;
}

/** The failure of a connection that could not be made or that broke. */
export function brokenConnection(
  progress: RequestProgress,
  error: Error,
  status: number | undefined,
): Failure {
  const code = nameOf(error);
  if (error instanceof errors.HeadersOverflowError) {
    return badAnswer("The answer's headers are too large.", status);
  }
  switch (progress) {
    case "unsent":
      return {
        class: "never_sent",
        delivery: "not_sent",
        message:
          error instanceof ForbiddenAddressError
            ? error.message
            : `No connection could be made, or it broke before the request was sent (${code}).`,
        permanent: error instanceof ForbiddenAddressError ? true : undefined,
      };
    case "sent":
      return {
        class: "ambiguous",
        delivery: "ambiguous",
        message: `The connection broke after the request was sent and before an answer came (${code}).`,
      };
    case "answered":
      return badAnswer(`The answer broke off (${code}).`, status);
  }
}

/** The failure of an exchange that its caller ended. */
export function cancelledExchange(progress: RequestProgress, status?: number): Failure {
  return {
    class: "cancelled",
    delivery: progress === "unsent" ? "not_sent" : "ambiguous",
    message: "The exchange was ended from this side before it was over.",
    httpStatus: status,
  };
}

/** The failure of an answer that came but is of no use. `message` is one sentence in our words. */
export function badAnswer(message: string, status: number | undefined): Failure {
  return { class: "server_fault", delivery: "sent", message, httpStatus: status };
}

/** The system's or undici's name for an error: "ECONNREFUSED". Its message could hold a header, so it is not used. */
function nameOf(error: Error): string {
  return identifier((error as NodeJS.ErrnoException).code) ?? "unknown reason";
}
