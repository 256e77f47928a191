import type { JsonObject } from "../domain/json.ts";
import { badField, detail, googleError, googleHeaders, robotPage } from "./gemini-errors.ts";
import { countTokens, geminiGenerate } from "./gemini-generate.ts";
import { readGenerateContent } from "./gemini-request.ts";
import type { Answer, Vendor, VendorContext, Visit } from "./vendor.ts";

/**
 * The Gemini API: generateContent and streamGenerateContent for text and
 * images, as the protos and npm `@google/genai` 3.1.0 have them, under v1 and
 * v1beta. A key that contains "invalid" is answered as a bad key: with 400, or
 * with 401 when it begins with "AQ.".
 */
export function gemini(context: VendorContext): Vendor {
  return {
    slug: "gemini",
    basePath: "/gemini",
    defaultVersion: "/v1beta",
    buys: ({ method, path }) =>
      method === "POST" && /:(streamGenerateContent|generateContent)$/.test(path),
    fail: (status, _visit, message) => googleError(status, message),
    throttle,
    answer(visit) {
      const route = /^\/v1(?:beta)?\/(models(?:\/([^/:]+))?)(?::(\w+))?$/.exec(visit.path);
      if (route === null) return robotPage();
      const [, , model, method] = route;
      const refused = checkKey(visit);
      if (refused !== undefined) return refused;
      if (visit.method === "GET" && method === undefined) return listing(model);
      if (model === undefined || !knownMethods.has(method ?? "")) return robotPage();
      if (/unknown|missing|^imagen/.test(model)) {
        const version = visit.path.split("/")[1] ?? "";
        return googleError(
          404,
          `models/${model} is not found for API version ${version}, or is not supported for ${method}. Call ModelService.ListModels to see the list of available models and their supported methods.`,
        );
      }
      if (visit.body === undefined) return googleError(400, "Invalid JSON payload received.");
      if (method === "countTokens") return countTokens(visit.body);
      const request = readGenerateContent(visit.body, model, "gemini");
      if (request.kind === "bad") return badField(request.field, request.message);
      return geminiGenerate(context, visit, model, request);
    },
  };
}

const knownMethods = new Set(["generateContent", "streamGenerateContent", "countTokens"]);

function checkKey(visit: Visit): Answer | undefined {
  const key = visit.header("x-goog-api-key") ?? visit.query.get("key") ?? "";
  const info = (reason: string): readonly JsonObject[] => [
    detail("ErrorInfo", {
      reason,
      domain: "googleapis.com",
      metadata: { service: "generativelanguage.googleapis.com" },
    }),
  ];
  if (key === "") {
    return googleError(
      403,
      "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
    );
  }
  if (!key.includes("invalid")) return undefined;
  return key.startsWith("AQ.")
    ? googleError(401, undefined, info("ACCESS_TOKEN_TYPE_UNSUPPORTED"))
    : googleError(400, "API key not valid. Please pass a valid API key.", info("API_KEY_INVALID"));
}

/** The hint is inside the body, twice, and in no header. */
function throttle(waitMs: number): Answer {
  const seconds = waitMs / 1000;
  return googleError(
    429,
    `You exceeded your current quota, please check your plan and billing details. Please retry in ${seconds}s.`,
    [
      detail("QuotaFailure", {
        violations: [
          {
            quotaMetric: "generativelanguage.googleapis.com/generate_content_requests",
            quotaId: "GenerateRequestsPerMinutePerProjectPerModel",
            quotaDimensions: { location: "global", model: "sandbox" },
            quotaValue: "10",
          },
        ],
      }),
      detail("Help", {
        links: [
          { description: "Learn more", url: "https://ai.google.dev/gemini-api/docs/rate-limits" },
        ],
      }),
      detail("RetryInfo", { retryDelay: `${seconds}s` }),
    ],
  );
}

function listing(model: string | undefined): Answer {
  const value =
    model === undefined
      ? { models: ["gemini-3-pro-image", "gemini-nano-banana-2.1", "gemini-3.8-flash"].map(card) }
      : card(model);
  return { kind: "json", status: 200, headers: googleHeaders, value };
}

function card(model: string): JsonObject {
  return {
    name: `models/${model}`,
    version: "001",
    displayName: model,
    inputTokenLimit: 65536,
    outputTokenLimit: 32768,
    supportedGenerationMethods: ["generateContent", "countTokens"],
  };
}
