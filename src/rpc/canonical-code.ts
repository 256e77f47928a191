import { Code, CodeSchema } from "../../gen/google/rpc/code_pb.ts";
import type { ErrorReason } from "../domain/gateway-error.ts";

/** The number of a canonical code, as gRPC has it: 5 is NOT_FOUND. */
export type CanonicalCode = number;

/** The canonical code of each reason, as docs/errors.md lists them. */
export const codeOfReason: Readonly<Record<ErrorReason, CanonicalCode>> = {
  INVALID_REQUEST: Code.INVALID_ARGUMENT,
  MODEL_NOT_FOUND: Code.NOT_FOUND,
  PROVIDER_NOT_FOUND: Code.NOT_FOUND,
  PROVIDER_NOT_CONFIGURED: Code.FAILED_PRECONDITION,
  NO_CAPABLE_PROVIDER: Code.FAILED_PRECONDITION,
  CONTENT_REFUSED: Code.FAILED_PRECONDITION,
  UPSTREAM_REJECTED: Code.INVALID_ARGUMENT,
  ALL_PROVIDERS_EXHAUSTED: Code.UNAVAILABLE,
  RATE_LIMITED: Code.RESOURCE_EXHAUSTED,
  OVERLOADED: Code.RESOURCE_EXHAUSTED,
  COST_LIMIT: Code.FAILED_PRECONDITION,
  IDEMPOTENCY_CONFLICT: Code.FAILED_PRECONDITION,
  AMBIGUOUS_OUTCOME: Code.ABORTED,
  UNAUTHENTICATED: Code.UNAUTHENTICATED,
  PERMISSION_DENIED: Code.PERMISSION_DENIED,
  CANCELLED: Code.CANCELLED,
  DEADLINE: Code.DEADLINE_EXCEEDED,
  INTERNAL: Code.INTERNAL,
};

/** The name of a canonical code: "NOT_FOUND". A number that is none is "UNKNOWN". */
export function codeName(code: CanonicalCode): string {
  return codeNames.get(code) ?? "UNKNOWN";
}

const codeNames = new Map(CodeSchema.values.map(({ number, name }) => [number, name]));
