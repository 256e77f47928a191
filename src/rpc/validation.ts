import { create, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { pathToString } from "@bufbuild/protobuf/reflect";
import { createValidator } from "@bufbuild/protovalidate";
import type { FieldViolation, GatewayError } from "../domain/gateway-error.ts";

/**
 * Checks a request against the rules that its Protobuf file states. Returns
 * undefined when it keeps them, else an INVALID_REQUEST that names every wrong
 * field by its Protobuf path: "text_to_image.options.count".
 */
export function validate<D extends DescMessage>(
  schema: D,
  message: MessageShape<D>,
): GatewayError | undefined {
  const result = validator.validate(schema, message);
  switch (result.kind) {
    case "valid":
      return undefined;
    case "error":
      throw result.error;
    case "invalid":
      return invalidRequest(
        result.violations.map(({ field, message: description, ruleId }) => ({
          field: pathToString(field),
          description,
          rule: ruleId,
        })),
      );
  }
}

/** Compiles a message's rules now. At their first use that would keep a caller waiting, and everyone else, for 200 ms. */
export function prepareValidation(schema: DescMessage): void {
  validator.validate(schema, create(schema));
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

// It compiles the rules of a message at its first use and keeps them.
const validator = createValidator();
