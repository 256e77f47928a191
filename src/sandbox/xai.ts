import type { JsonObject } from "../domain/json.ts";
import { inWords } from "./read-json.ts";
import type { Answer, Vendor, VendorContext, Visit } from "./vendor.ts";
import { xaiChat } from "./xai-chat.ts";
import { xaiError } from "./xai-errors.ts";
import { xaiImages } from "./xai-images.ts";

/**
 * xAI: images, edits and chat completions, as its OpenAPI document of September
 * 2026, npm `@ai-sdk/xai` 5.0.12 and recorded answers have them. A wrong key, one
 * that contains "invalid", is answered with 400; any model exists unless its name
 * contains "unknown" or "missing".
 */
export function xai(context: VendorContext): Vendor {
  const named = (answer: Answer): Answer =>
    ({ ...answer, headers: { ...answer.headers, "x-request-id": requestId(context) } }) as Answer;
  return {
    slug: "xai",
    basePath: "/xai/v1",
    buys: ({ method, path }) => method === "POST" && buying.has(path),
    fail: (status, _visit, message) => named(xaiError(status, message)),
    // When to come back, it does not say.
    throttle: () => named(xaiError(429)),
    answer: async (visit) => named(checkKey(visit) ?? (await route(context, visit))),
  };
}

const buying: ReadonlySet<string> = new Set([
  "/images/generations",
  "/images/edits",
  "/chat/completions",
]);

function route(context: VendorContext, visit: Visit): Answer | Promise<Answer> {
  const { method, path, body } = visit;
  if (method === "GET" && path === "/models") return { kind: "json", status: 200, value: models };
  if (!buying.has(path)) return xaiError(404);
  if (method !== "POST") return xaiError(405, "The method is not allowed.");
  if (body === undefined) return xaiError(400, "The body is not a JSON object.");
  if (/unknown|missing/.test(inWords(body["model"]))) {
    return xaiError(
      404,
      `The model ${inWords(body["model"])} does not exist or your team has no access to it.`,
    );
  }
  if (path === "/chat/completions") return xaiChat(context, visit, body);
  return xaiImages(context, visit, body, path === "/images/edits");
}

function checkKey(visit: Visit): Answer | undefined {
  const key = /^Bearer (\S+)$/.exec(visit.header("authorization") ?? "")?.[1];
  if (key === undefined) return xaiError(401);
  if (!key.includes("invalid")) return undefined;
  const shown = `${key.slice(0, 2)}***${key.slice(-2)}`;
  return xaiError(
    400,
    `Incorrect API key provided: ${shown}. You can obtain an API key from https://console.x.ai.`,
  );
}

/** In the form of a UUID. */
function requestId({ newId }: VendorContext): string {
  return [8, 4, 4, 4, 12].map(newId).join("-");
}

const models: JsonObject = {
  object: "list",
  data: ["grok-4.3", "grok-4.6", "grok-imagine-image", "grok-imagine-image-2.0"].map((id) => ({
    id,
    object: "model",
    created: 1772409600,
    owned_by: "xai",
  })),
};
