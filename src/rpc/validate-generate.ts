import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { GenerateRequest } from "../../gen/spillway/v1/generate_pb.ts";
import type { GatewayError } from "../domain/gateway-error.ts";
import { misplacedParts } from "./misplaced-parts.ts";
import { invalidRequest, validate } from "./validation.ts";

/**
 * Checks what is asked of a model, by itself or as the field `generate` of a message, by
 * the rules of its Protobuf file and by those that these can only word.
 */
export function validateGenerate<D extends DescMessage>(
  schema: D,
  message: MessageShape<D>,
  generate: GenerateRequest | undefined,
): GatewayError | undefined {
  const invalid = validate(schema, message);
  if (invalid !== undefined || generate === undefined) return invalid;
  const prefix = (message as unknown) === generate ? "" : "generate.";
  const misplaced = misplacedParts(generate, prefix);
  return misplaced.length === 0 ? undefined : invalidRequest(misplaced);
}
