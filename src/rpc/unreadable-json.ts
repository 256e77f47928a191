import type { DescMessage, JsonValue } from "@bufbuild/protobuf";
import type { FieldViolation, GatewayError } from "../domain/gateway-error.ts";
import { jsonViolations } from "./json-violations.ts";
import { repeatableKey } from "./repeatable-key.ts";
import { invalidRequest } from "./validation.ts";

/**
 * Says why a text is not the JSON of a message: which fields are wrong, and what they
 * should be. `problem` is what Protobuf-ES says about it, which can quote the text: only
 * names and numbers of either are repeated.
 */
export function unreadableJson(schema: DescMessage, text: string, problem: string): GatewayError {
  let json: JsonValue;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return refusal(`The body is not JSON${placeIn(error)}.`);
  }
  const found = [...duplicates(problem), ...jsonViolations(schema, json)];
  if (found.length === 1 && found[0]?.field === "") {
    return refusal(`The body is not a JSON object with the fields of ${schema.typeName}.`);
  }
  return found.length > 0 ? invalidRequest(found) : refusal(bodyIsNotThatJson);
}

/** Said of JSON of which it is not known why it is no message. */
export const bodyIsNotThatJson = "The body is not the JSON of the message that the method takes.";

function refusal(message: string): GatewayError {
  return { reason: "INVALID_REQUEST", message, metadata: {} };
}

/** Node tells for some texts where they stop to be JSON. */
function placeIn(error: unknown): string {
  const place = /\(line (\d+) column (\d+)\)$/.exec(String(error));
  return place === null ? "" : `: line ${place[1]}, column ${place[2]}`;
}

/** Once it is parsed, a document has no key twice: only its name is known. */
function duplicates(problem: string): readonly FieldViolation[] {
  const key = /: duplicate object key "(.*)"$/s.exec(problem)?.[1];
  if (key === undefined) return [];
  return [
    { field: repeatableKey(key), description: "is set more than once", rule: "json.set_twice" },
  ];
}
