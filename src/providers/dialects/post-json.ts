import type { JsonObject } from "../../domain/json.ts";
import type { HttpCall } from "../http-call.ts";

/** The call that posts a JSON body. `media` names the fields of its reply that carry images. */
export function postJson(path: string, value: JsonObject, media?: readonly string[]): HttpCall {
  return { method: "POST", path, body: { kind: "json", value }, media };
}
