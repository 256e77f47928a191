import { Role } from "../../gen/spillway/v1/chat_pb.ts";
import type { GenerateRequest } from "../../gen/spillway/v1/generate_pb.ts";
import type { FieldViolation } from "../domain/gateway-error.ts";

/**
 * The parts of a chat that are in messages of a role that cannot have them, as chat.proto
 * says: providers would drop them without a word. `prefix` is what the paths of the
 * request's fields begin with.
 */
export function misplacedParts(
  { task }: GenerateRequest,
  prefix: "" | "generate.",
): readonly FieldViolation[] {
  if (task.case !== "chat") return [];
  const violations: FieldViolation[] = [];
  for (const [messageIndex, { role, parts }] of task.value.messages.entries()) {
    for (const [partIndex, { part }] of parts.entries()) {
      if (part.case === undefined || part.case === "text") continue;
      const place = places[part.case];
      if (place.role === role) continue;
      violations.push({
        field: `${prefix}chat.messages[${messageIndex}].parts[${partIndex}].${place.field}`,
        description: `can only be in a message of ${place.name}`,
        rule: "chat.part_role",
      });
    }
  }
  return violations;
}

const places = {
  image: { field: "image", role: Role.USER, name: "ROLE_USER" },
  toolCall: { field: "tool_call", role: Role.ASSISTANT, name: "ROLE_ASSISTANT" },
  toolResult: { field: "tool_result", role: Role.TOOL, name: "ROLE_TOOL" },
} as const;
