import type { JsonObject } from "../domain/json.ts";
import { compatibleServer } from "./compatible-server.ts";
import type { Vendor, VendorContext, Visit } from "./vendor.ts";

/**
 * DeepInfra, as docs.deepinfra.com of July 2026, its OpenAPI document of May 2026 and
 * answers in public reports have it. Not known, and chosen here: how it words a
 * refusal and a size that it cannot make (as other servers of the kind do), and
 * whether [DONE] follows an error in a stream (it does, as with them).
 */
export function deepinfra(context: VendorContext): Vendor {
  return compatibleServer(context, {
    slug: "deepinfra",
    basePath: "/deepinfra/v1/openai",
    error,
    refuseKey: (visit) =>
      hasKey(visit) ? undefined : { kind: "json", status: 401, value: { error: error(401) } },
    notFound: { detail: "Not Found" },
    models: ["deepseek-ai/DeepSeek-V4-Pro", "openai/gpt-oss-120b"],
    aboutModel: { created: 1764000000, owned_by: "deepinfra" },
    unfitStatus: 422,
    // It asks its callers to come back "in a bit".
    saysWhen: false,
    images: {
      maxCount: 4,
      usualSize: "1024x1024",
      format: "jpeg",
      alwaysBase64: true,
      takesSeveral: false,
      beside: {},
    },
    chat: {
      usage: ({ inputTokens, outputTokens }) => ({
        prompt_tokens: inputTokens,
        completion_tokens: outputTokens,
        total_tokens: inputTokens + outputTokens,
        estimated_cost: (inputTokens * 1.3 + outputTokens * 2.6) / 1e6,
      }),
      countsAtTheEnd: true,
      beside: {},
      brokenOff: {
        error_type: "internal_error",
        error_message: JSON.stringify({ error: { message: "The engine died." } }),
      },
    },
  });
}

function hasKey(visit: Visit): boolean {
  const key = /^Bearer (\S+)$/.exec(visit.header("authorization") ?? "")?.[1];
  return key !== undefined && !key.includes("invalid");
}

/** One type for all: only a model that is busy has a code. */
function error(status: number, message?: string, param?: string): JsonObject {
  return {
    message: message ?? words[status] ?? "Something went wrong",
    type: "invalid_request_error",
    param: param ?? null,
    code: status === 503 ? "engine_overloaded" : null,
  };
}

const words: Readonly<Record<number, string>> = {
  401: "Not authenticated",
  402: "You need positive balance to do inference. Please add balance manually or setup top-up",
  404: "Model not found",
  429: "Rate limited",
  503: "Model busy, retry later",
};
