import type { Operation } from "../../src/domain/operation.ts";

/** Who proves that we ask a provider as its own clients do. */
export interface Witness {
  /** The packages whose request is compared with ours, in `same-request-<slug>.test.ts`. */
  readonly sameRequest: readonly string[];
  /** The packages that work against the sandbox, in `sdk-*.test.ts`. */
  readonly sandbox: readonly string[];
  /** Why a side has nobody. */
  readonly reason?: string | undefined;
}

/** The witnesses of each provider and operation, from which docs/providers.md is written. */
export const witnesses: Readonly<Record<string, Readonly<Partial<Record<Operation, Witness>>>>> = {
  openrouter: {
    text_to_image: both("@openrouter/sdk", "@openrouter/ai-sdk-provider"),
    image_edit: both("@openrouter/sdk", "@openrouter/ai-sdk-provider"),
    chat: both("@openrouter/sdk", "@openrouter/ai-sdk-provider"),
  },
  vertex: {
    text_to_image: both("@google/genai", "@ai-sdk/google-vertex"),
    image_edit: both("@google/genai", "@ai-sdk/google-vertex"),
    chat: both("@google/genai", "@ai-sdk/google-vertex"),
  },
  gemini: {
    text_to_image: both("@google/genai", "@ai-sdk/google"),
    image_edit: both("@google/genai", "@ai-sdk/google"),
    chat: both("@google/genai", "@ai-sdk/google"),
  },
  openai: {
    text_to_image: both("openai", "@ai-sdk/openai"),
    image_edit: both("openai", "@ai-sdk/openai"),
    chat: both("openai", "@ai-sdk/openai"),
  },
  replicate: {
    text_to_image: both("replicate", "@ai-sdk/replicate"),
    image_edit: both("replicate", "@ai-sdk/replicate"),
  },
  fal: {
    text_to_image: both("@fal-ai/client", "@ai-sdk/fal"),
    image_edit: both("@fal-ai/client", "@ai-sdk/fal"),
    image_upscale: both("@fal-ai/client"),
  },
  fireworks: {
    text_to_image: both("@ai-sdk/fireworks"),
    image_edit: both("@ai-sdk/fireworks"),
    chat: { sameRequest: ["@ai-sdk/fireworks"], sandbox: ["@ai-sdk/fireworks", "openai"] },
  },
  runware: {
    text_to_image: both("@runware/sdk-js"),
    image_edit: both("@runware/sdk-js"),
    image_upscale: both("@runware/sdk-js"),
  },
  xai: {
    text_to_image: both("openai", "@ai-sdk/xai"),
    image_edit: both("@ai-sdk/xai"),
    chat: both("openai", "@ai-sdk/xai"),
  },
  alibaba: {
    text_to_image: {
      sameRequest: [],
      sandbox: [],
      reason:
        "The vendor has no npm client for images; requests of its Python SDK (dashscope 2.0.2) are written down in same-request-alibaba.test.ts.",
    },
    image_edit: {
      sameRequest: [],
      sandbox: [],
      reason: "As for images from words.",
    },
    chat: both("openai", "@ai-sdk/alibaba"),
  },
  deepinfra: {
    // The vendor's provider for the AI SDK draws by another API of its.
    text_to_image: both("openai"),
    image_edit: both("openai", "@ai-sdk/deepinfra"),
    chat: both("openai", "@ai-sdk/deepinfra"),
  },
  "openai-compatible": {
    text_to_image: both("@ai-sdk/openai-compatible"),
    image_edit: both("@ai-sdk/openai-compatible"),
    chat: both("@ai-sdk/openai-compatible"),
  },
};

function both(...packages: readonly string[]): Witness {
  return { sameRequest: packages, sandbox: packages };
}
