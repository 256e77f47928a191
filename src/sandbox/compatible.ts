import { compatibleError } from "./compatible-errors.ts";
import { compatibleServer } from "./compatible-server.ts";
import type { Vendor, VendorContext } from "./vendor.ts";

/**
 * A generic OpenAI-compatible server in the manner of vLLM and LocalAI: it
 * ignores fields that it does not know, wants no key but refuses one that
 * contains "invalid", numbers its error codes, and gives addresses of images
 * unless asked for base64. `slug` is the one that it plays: a configuration can have
 * several such servers.
 */
export function compatible(context: VendorContext, slug = "compatible"): Vendor {
  return compatibleServer(context, {
    slug,
    basePath: `/${slug}/v1`,
    error: compatibleError,
    refuseKey: (visit) =>
      visit.header("authorization")?.includes("invalid") === true
        ? { kind: "json", status: 401, value: { error: "Unauthorized" } }
        : undefined,
    notFound: { detail: "Not Found" },
    models: ["llama-3.3-70b", "stable-diffusion"],
    aboutModel: { created: 1764000000, owned_by: "vllm", parent: null, max_model_len: 32768 },
    unfitStatus: 400,
    saysWhen: true,
    images: {
      maxCount: 10,
      usualSize: "512x512",
      format: "png",
      alwaysBase64: false,
      takesSeveral: true,
      beside: { usage: noUsage },
    },
    chat: {
      usage: (answer) => ({
        prompt_tokens: answer.inputTokens,
        completion_tokens: answer.outputTokens,
        total_tokens: answer.inputTokens + answer.outputTokens,
        prompt_tokens_details: null,
      }),
      countsAtTheEnd: false,
      beside: { stop_reason: null },
      brokenOff: { error: compatibleError(500, "The engine died.") },
    },
  });
}

/** LocalAI counts images, and always comes to nothing. */
const noUsage = {
  prompt_tokens: 0,
  completion_tokens: 0,
  total_tokens: 0,
  input_tokens: 0,
  output_tokens: 0,
  input_tokens_details: { text_tokens: 0, image_tokens: 0 },
};
