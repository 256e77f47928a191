import type { JsonValue } from "../domain/json.ts";
import type { Answer } from "./vendor.ts";

/** An answer with OpenRouter's error: the code is the HTTP status. */
export function openrouterError(
  status: number,
  message: string,
  metadata: JsonValue,
): Extract<Answer, { kind: "json" }> {
  return {
    kind: "json",
    status,
    value: {
      error: { code: status, message, ...(metadata === null ? {} : { metadata }) },
      user_id: "user_sandbox",
    },
  };
}
