import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { FieldViolation, GatewayError } from "../domain/gateway-error.ts";
import { compileMessage } from "./validation/compile-message.ts";
import { Report } from "./validation/report.ts";

/**
 * Checks a request against the rules that its Protobuf file states. Returns
 * undefined when it keeps them, else an INVALID_REQUEST that names the wrong
 * fields by their Protobuf paths: "text_to_image.options.count".
 */
export function validate<D extends DescMessage>(
  schema: D,
  message: MessageShape<D>,
): GatewayError | undefined {
  const violations = violationsOf(schema, message);
  return violations && invalidRequest(violations);
}

/** Every broken rule of a message, in the order of its fields. Undefined when there is none. */
export function violationsOf<D extends DescMessage>(
  schema: D,
  message: MessageShape<D>,
): readonly FieldViolation[] | undefined {
  const report = new Report();
  compileMessage(schema)?.(message, report);
  return report.violations;
}

/**
 * How many characters an INVALID_REQUEST spends on wrong fields. They are sent twice,
 * in words and as details, and gRPC in Java and in C refuses trailers of more than
 * 8 KiB: the caller would see a broken stream instead of the error.
 */
export const maxViolationCharacters = 1500;

/** An INVALID_REQUEST for these fields: as many of the first as there is room for, and how many more there are. */
export function invalidRequest(fieldViolations: readonly FieldViolation[]): GatewayError {
  const kept = fitting(fieldViolations);
  const words = kept.map(({ field, description }) => `${field}: ${description}`);
  const more = fieldViolations.length - kept.length;
  if (more > 0) words.push(`and ${more} more`);
  return {
    reason: "INVALID_REQUEST",
    message: `The request is not valid: ${words.join("; ")}.`,
    metadata: {},
    fieldViolations: kept,
  };
}

function fitting(violations: readonly FieldViolation[]): readonly FieldViolation[] {
  const kept: FieldViolation[] = [];
  let left = maxViolationCharacters;
  for (const violation of violations) {
    const field = shortened(violation.field);
    left -= field.length + violation.description.length + violation.rule.length;
    if (left < 0 && kept.length > 0) break;
    kept.push({ ...violation, field });
  }
  return kept;
}

/** A caller's own words can be in a path: the key of a map. */
function shortened(path: string): string {
  if (path.length <= longestPath) return path;
  // The cut may go through a character that takes two places.
  return `${path.slice(0, longestPath).toWellFormed()}…`;
}

const longestPath = 256;
