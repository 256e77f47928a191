import { Code, ConnectError } from "@connectrpc/connect";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from "../../gen/google/rpc/error_details_pb.ts";
import { AttemptReportSchema } from "../../gen/spillway/v1/attempt_pb.ts";
import type { ErrorReason } from "../domain/gateway-error.ts";
import { attemptTable } from "./attempt-text.ts";
import { printable } from "./terminal.ts";
import { timeText } from "./words.ts";

/**
 * Says in plain words what an RPC failed of: the message and its reason, the
 * fields that are wrong, every attempt, and what to do about it.
 */
export function explainError(reason: unknown, server: string, width: number): string {
  const error = ConnectError.from(reason);
  const [info] = error.findDetails(ErrorInfoSchema);
  if (info === undefined) return withoutReason(error, server);
  const lines = [`error: ${error.rawMessage} (${info.reason})`];
  for (const { fieldViolations } of error.findDetails(BadRequestSchema)) {
    for (const { field, description } of fieldViolations) lines.push(`  ${field}: ${description}`);
  }
  for (const { attempts } of error.findDetails(AttemptReportSchema)) {
    if (attempts.length > 0) lines.push(attemptTable(attempts, width).trimEnd());
  }
  const suggestions = info.metadata["suggestions"];
  if (suggestions) lines.push(`did you mean: ${suggestions}`);
  const what = advice[info.reason as ErrorReason];
  const [retry] = error.findDetails(RetryInfoSchema);
  if (retry?.retryDelay !== undefined) {
    lines.push(`what to do: try again in ${timeText(retry.retryDelay)}`);
  } else if (what !== undefined) {
    lines.push(`what to do: ${what}`);
  }
  return printable(`${lines.join("\n")}\n`);
}

function withoutReason(error: ConnectError, server: string): string {
  if (error.code === Code.Canceled) return "cancelled\n";
  if (error.code === Code.Unavailable) {
    return `error: no gateway answers at ${server}\nwhat to do: start one with \`npm start\`, or name another one with --server\n`;
  }
  return printable(`error: ${server} answered: ${error.rawMessage} (${Code[error.code]})\n`);
}

const advice: Readonly<Partial<Record<ErrorReason, string>>> = {
  INVALID_REQUEST: "correct the fields named above",
  MODEL_NOT_FOUND: "check the name, or add a rule for it to spillway.yaml",
  PROVIDER_NOT_FOUND: "check the slug before the first slash of the model's name",
  PROVIDER_NOT_CONFIGURED: "give the provider its key in spillway.yaml",
  NO_CAPABLE_PROVIDER:
    "ask for less, or name other providers: the table says why each one was left out",
  CONTENT_REFUSED: "change the prompt; other providers are asked only if the rule says so",
  UPSTREAM_REJECTED: "change the request: the provider says that it is wrong",
  ALL_PROVIDERS_EXHAUSTED: "try again later, or add targets to the rule",
  RATE_LIMITED: "ask less often",
  OVERLOADED: "try again in a moment",
  COST_LIMIT: "raise the limit, or choose a cheaper model",
  IDEMPOTENCY_CONFLICT: "use a new idempotency key for a new request",
  AMBIGUOUS_OUTCOME: "look at the provider's account before you try again: it may have billed",
  UNAUTHENTICATED: "put a key of the gateway's into SPILLWAY_KEY",
  PERMISSION_DENIED: "ask the operator, or use another key in SPILLWAY_KEY",
  DEADLINE: "allow more time",
  INTERNAL: "report it with the request id of the gateway's log",
};
