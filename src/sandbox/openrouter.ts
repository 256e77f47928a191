import type { JsonObject } from "../domain/json.ts";
import { openrouterChat } from "./openrouter-chat.ts";
import { openrouterError } from "./openrouter-errors.ts";
import { openrouterImages } from "./openrouter-images.ts";
import type { Answer, Vendor, VendorContext, Visit } from "./vendor.ts";

/**
 * OpenRouter: chat completions and the image API, unary and streamed, as its
 * OpenAPI document of August 2026 and npm `@openrouter/sdk` 1.3.19 have them.
 * Model ids are `author/slug`.
 */
export function openrouter(context: VendorContext): Vendor {
  const fail: Vendor["fail"] = (status, _visit, message) =>
    openrouterError(status, message ?? words[status]?.[0] ?? "Provider returned error", {
      error_type: words[status]?.[1] ?? (status < 500 ? "invalid_request" : "server"),
    });
  return {
    slug: "openrouter",
    basePath: "/openrouter/api/v1",
    buys: ({ method, path }) =>
      method === "POST" && (path === "/images" || path === "/chat/completions"),
    fail,
    throttle: (waitMs) => ({
      ...openrouterError(429, "Rate limit exceeded", { error_type: "rate_limit_exceeded" }),
      headers: { "retry-after": String(Math.ceil(waitMs / 1000)) },
    }),
    answer(visit) {
      const route = `${visit.method} ${visit.path}`;
      if (route === "GET /models") return { kind: "json", status: 200, value: models };
      const key = /^Bearer (\S+)$/.exec(visit.header("authorization") ?? "")?.[1];
      if (key === undefined) {
        return openrouterError(401, "No auth credentials found", { error_type: "authentication" });
      }
      if (key.includes("invalid")) return fail(401, visit);
      const unroutable = checkModel(visit);
      if (unroutable !== undefined) return unroutable;
      if (route === "POST /chat/completions") return openrouterChat(context, visit, fail);
      if (route === "POST /images") return openrouterImages(context, visit, fail);
      return openrouterError(404, "Not Found", null);
    },
  };
}

function checkModel(visit: Visit): Answer | undefined {
  if (visit.method !== "POST" || visit.body === undefined) return undefined;
  const model = visit.body["model"];
  if (typeof model !== "string" || model === "") {
    return openrouterError(400, "No models provided", { error_type: "invalid_request" });
  }
  if (!/^~?[\w.-]+\/[\w.:-]+$/.test(model)) {
    const message = `${model} is not a valid model ID`;
    return openrouterError(400, message, { error_type: "invalid_request" });
  }
  if (!/unknown|missing/.test(model)) return undefined;
  return openrouterError(404, `No endpoints found for ${model}.`, { error_type: "not_found" });
}

const words: Readonly<Record<number, readonly [message: string, errorType: string]>> = {
  401: ["User not found.", "authentication"],
  402: ["Insufficient credits. Add more using https://openrouter.ai/credits", "payment_required"],
  403: ["Key lacks the permission for this request.", "permission_denied"],
  404: ["No endpoints found for this model.", "not_found"],
  408: ["Request timed out", "timeout"],
  413: ["Payload too large", "payload_too_large"],
  429: ["Rate limit exceeded", "rate_limit_exceeded"],
  500: ["Internal Server Error", "server"],
  502: ["Provider returned error", "provider_unavailable"],
  503: ["No instances available", "provider_overloaded"],
  504: ["Upstream timed out", "timeout"],
};

const models: JsonObject = {
  data: ["google/gemini-3-flash-preview", "openai/gpt-5.4", "anthropic/claude-sonnet-4.5"].map(
    (id) => ({
      id,
      canonical_slug: id,
      name: id,
      created: 1764000000,
      context_length: 131072,
      architecture: {
        modality: "text+image->text",
        input_modalities: ["text", "image"],
        output_modalities: ["text"],
      },
      pricing: { prompt: "0.000001", completion: "0.000002", request: "0", image: "0" },
      supported_parameters: ["max_tokens", "temperature", "tools", "response_format"],
    }),
  ),
};
