import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { FieldViolation, GatewayError } from "../domain/gateway-error.ts";
import { compileMessage } from "./validation/compile-message.ts";
import { Report } from "./validation/report.ts";

/**
 * Checks a request against the rules that its Protobuf file states. Returns
 * undefined when it keeps them, else an INVALID_REQUEST that names every wrong
 * field by its Protobuf path: "text_to_image.options.count".
 */
export function validate<D extends DescMessage>(
  schema: D,
  message: MessageShape<D>,
): GatewayError | undefined {
  const report = new Report();
  compileMessage(schema)?.(message, report);
  return report.violations && invalidRequest(report.violations);
}

/** An INVALID_REQUEST for these fields. */
export function invalidRequest(fieldViolations: readonly FieldViolation[]): GatewayError {
  const words = fieldViolations.map(({ field, description }) => `${field}: ${description}`);
  return {
    reason: "INVALID_REQUEST",
    message: `The request is not valid: ${words.join("; ")}.`,
    metadata: {},
    fieldViolations,
  };
}
