import { describe, expect, it } from "vitest";
import { models } from "../../src/catalog/models.ts";
import { replicateTable } from "../../src/providers/dialects/replicate-table.ts";

/**
 * Every model that the vendors' documentation of November 2026 names for what Spillway
 * does, typed in a second time, by the provider's own name or one of its aliases. A
 * name is offered by the catalogue, or stands in `omitted` with the reason.
 */
const named: Readonly<Record<string, readonly string[]>> = {
  // openrouter.md §2 and §7. Its text models need no entry: any name of one is passed on.
  openrouter: [
    "google/gemini-2.5-flash-image",
    "bytedance-seed/seedream-4.5",
    "openai/gpt-image-2",
    "x-ai/grok-imagine-image-quality",
  ],
  // vertex.md §0 and §8.
  vertex: [
    ...["gemini-nano-banana-2.1", "gemini-3-pro-image", "gemini-3.1-flash-image"],
    ...["gemini-3.1-flash-lite-image", "gemini-2.5-flash-image"],
    ...["gemini-3-pro-image-preview", "gemini-3.1-flash-image-preview"],
    ...["imagen-4.0-generate-001", "imagen-4.0-fast-generate-001"],
    ...["imagen-4.0-ultra-generate-001", "imagen-3.0-generate-002", "imagen-3.0-generate-001"],
    ...["imagen-3.0-fast-generate-001", "imagen-3.0-capability-001"],
    ...["imagen-4.0-upscale-preview", "imagen-product-recontext-preview"],
    ...["virtual-try-on-preview", "image-segmentation-001"],
    ...["veo-3.1-generate-001", "veo-3.1-fast", "veo-3.1-lite"],
  ],
  // gemini.md §0 and §6.
  gemini: [
    ...["gemini-nano-banana-2.1", "gemini-3-pro-image", "gemini-3.1-flash-lite-image"],
    ...["gemini-3.1-flash-image", "gemini-2.5-flash-image"],
    ...["gemini-3-pro-image-preview", "gemini-3.1-flash-image-preview"],
    ...["gemini-3.8-flash", "gemini-3.7-flash", "gemini-3.6-flash", "gemini-3.5-flash"],
    ...["gemini-3.5-flash-lite", "gemini-3.1-pro-preview", "gemini-4-*"],
    ...["imagen-4", "imagen-4-fast", "imagen-4-ultra"],
    ...["veo-3.1-generate-preview", "veo-3.1-lite-generate-preview"],
  ],
  // openai.md §1 and §9.
  openai: [
    ...["gpt-image-2.6-sunburst", "gpt-image-2.6-flare"],
    ...["gpt-image-2.5-sunburst", "gpt-image-2.5-sunburst-2026-09-08"],
    ...["gpt-image-2.5-flare", "gpt-image-2.5-flare-2026-09-08"],
    ...["gpt-image-2", "gpt-image-2-2026-04-21", "gpt-image-1.5", "gpt-image-1-mini"],
    ...["chatgpt-image-latest", "gpt-image-1", "dall-e-3", "dall-e-2"],
    ...["gpt-5.4", "gpt-5.4-2026-03-05", "gpt-5.4-mini"],
  ],
  // replicate.md §8 and §9.
  replicate: [
    ...["flux-schnell", "flux-dev", "flux-1.1-pro", "flux-1.1-pro-ultra", "flux-fill-pro"].map(
      (name) => `black-forest-labs/${name}`,
    ),
    ...["flux-kontext-pro", "flux-kontext-max"].map((name) => `black-forest-labs/${name}`),
    ...["flux-2-pro", "flux-2-flex", "flux-2-max", "flux-2-dev"].map(
      (name) => `black-forest-labs/${name}`,
    ),
    ...["google/imagen-4", "google/imagen-4-fast", "google/imagen-4-ultra"],
    ...["google/nano-banana", "google/nano-banana-pro", "google/nano-banana-2"],
    ...["openai/gpt-image-1", "openai/gpt-image-1.5", "openai/gpt-image-2"],
    ...["bytedance/seedream-4", "bytedance/seedream-4.5", "bytedance/seedream-5-lite"],
    ...["ideogram-ai/ideogram-v2", "ideogram-ai/ideogram-v2-turbo"],
    ...["ideogram-ai/ideogram-v2a-turbo", "ideogram-ai/ideogram-v3-turbo"],
    ...["ideogram-ai/ideogram-v3-balanced", "ideogram-ai/ideogram-v3-quality"],
    ...["recraft-ai/recraft-v3", "recraft-ai/recraft-v3-svg", "recraft-ai/recraft-v4"],
    ...["recraft-ai/recraft-v4-svg", "recraft-ai/recraft-v4-pro", "recraft-ai/recraft-v4-pro-svg"],
    ...["stability-ai/stable-diffusion-3.5-large", "stability-ai/stable-diffusion-3.5-medium"],
    ...["stability-ai/stable-diffusion-3.5-large-turbo", "stability-ai/sdxl"],
  ],
  // fal.md §6: the table, then what it calls others.
  fal: [
    ...["flux/schnell", "flux/dev", "flux/dev/image-to-image"],
    ...["flux-pro/v1.1", "flux-pro/v1.1-ultra", "flux-pro/v1/fill"],
    ...["flux-pro/kontext", "flux-pro/kontext/multi", "flux-pro/kontext/text-to-image"],
    ...["flux-pro/kontext/max", "flux-pro/kontext/max/multi"],
    ...["flux-pro/kontext/max/text-to-image", "flux-2", "flux-2/edit"],
    ...["flux-2-pro", "flux-2-pro/edit", "flux-2-max", "flux-2-max/edit"],
    ...["flux-2-flex", "flux-2-flex/edit"],
    ...["nano-banana", "nano-banana/edit", "nano-banana-pro", "nano-banana-pro/edit"],
    ...["nano-banana-2", "nano-banana-2/edit", "gpt-image-1.5", "gpt-image-1.5/edit"],
    ...["imagen4/preview", "imagen4/preview/ultra", "imagen4/preview/fast"],
    ...["bytedance/seedream/v4/text-to-image", "bytedance/seedream/v4/edit"],
    ...["bytedance/seedream/v4.5/text-to-image", "bytedance/seedream/v4.5/edit"],
    ...["bytedance/seedream/v5/lite/text-to-image", "bytedance/seedream/v5/lite/edit"],
    ...["ideogram/v3", "ideogram/v3/edit"],
    ...["recraft/v3/text-to-image", "recraft/v4/text-to-image", "recraft/v4/pro/text-to-image"],
    ...["recraft/v4/text-to-vector", "recraft/v4/pro/text-to-vector"],
    ...["qwen-image", "qwen-image-edit-plus", "stable-diffusion-v35-large"],
    ...["flux-2/turbo", "flux-2/flash", "flux-2/klein/4b", "flux-2/klein/9b"],
    ...["gpt-image-1/text-to-image", "gpt-image-1-mini", "qwen-image-2512"],
    ...["qwen-image-2/text-to-image", "qwen-image-2/edit"],
    ...["qwen-image-2/pro/text-to-image", "qwen-image-2/pro/edit"],
    ...["qwen-image-max/text-to-image", "qwen-image-max/edit", "z-image/turbo"],
    ...["ideogram/v3/remix", "ideogram/v3/reframe", "ideogram/v3/replace-background"],
    "bytedance/seedream/v3/text-to-image",
  ].map((name) => `fal-ai/${name}`),
  // fireworks.md §1 and §8.
  fireworks: [
    ...["flux-1-schnell-fp8", "flux-1-dev-fp8", "flux-kontext-pro", "flux-kontext-max"],
    ...["stable-diffusion-xl-1024-v1-0", "playground-v2-1024px-aesthetic"],
    ...["playground-v2-5-1024px-aesthetic", "SSD-1B", "japanese-stable-diffusion-xl"],
    ...["gpt-oss-120b", "deepseek-v4-pro"],
  ].map((name) => `accounts/fireworks/models/${name}`),
  // runware.md §5.
  runware: [
    ...["runware:100@1", "runware:101@1", "runware:102@1", "runware:106@1", "runware:107@1"],
    ...["runware:111@1", "runware:400@1", "runware:400@2", "runware:400@3", "runware:400@4"],
    ...["runware:400@5", "bfl:2@1", "bfl:2@2", "bfl:3@1", "bfl:4@1", "bfl:1@2", "bfl:1@3"],
    ...["bfl:5@1", "bfl:6@1", "bfl:7@1", "civitai:101055@128078", "civitai:133005@782002"],
    ...["runware:5@1", "runware:97@1", "runware:97@2", "runware:97@3"],
    ...["runware:108@1", "runware:108@20", "runware:108@22"],
    ...["alibaba:qwen-image@2.0", "alibaba:qwen-image@2.0-pro", "alibaba:qwen-image@2512"],
    ...["alibaba:qwen-image@3.0", "runware:z-image@turbo", "runware:180@1", "bytedance:5@0"],
    ...["bytedance:seedream@4.5", "bytedance:seedream@5.0-lite", "bytedance:seedream@5.0-pro"],
    ...["google:4@1", "google:4@2", "google:4@3", "google:nano-banana@2-lite"],
    ...["openai:1@1", "openai:1@2", "openai:4@1", "openai:gpt-image@2"],
    ...["ideogram:2@1", "ideogram:3@1", "ideogram:4@0", "ideogram:4@1", "ideogram:4@2"],
    ...["ideogram:4@3", "ideogram:4@4", "ideogram:4@5"],
    ...["recraft:v4@0", "recraft:v4-pro@0", "recraft:v4.1@0", "xai:grok-imagine@image"],
    ...["krea:krea@2-medium", "krea:krea@2-large", "krea:krea@2-turbo", "reve:2@1"],
    ...["sourceful:riverflow-2.5@pro", "bria:20@1", "civitai:{model}@{version}"],
  ],
  // xai.md §1 and §8.
  xai: [
    ...["grok-imagine-image", "grok-imagine-image-2026-03-02", "grok-imagine-image-quality"],
    ...["grok-imagine-image-pro", "grok-imagine-image-2.0", "grok-2-image", "grok-2-image-1212"],
    ...["grok-4.3", "grok-4.5", "grok-4.6", "grok-4.20-reasoning", "grok-4.20-non-reasoning"],
  ],
  // alibaba.md §2 and §9.
  alibaba: [
    ...["qwen-image-3.0-pro", "qwen-image-3.0", "qwen-image-2.1-pro", "qwen-image-2.0-pro"],
    ...["qwen-image-2.0", "qwen-image-max", "qwen-image-plus", "qwen-image"],
    ...["qwen-image-edit-max", "qwen-image-edit-plus", "qwen-image-edit"],
    ...["wan2.7-image-pro", "wan2.7-image", "wan2.6-image", "wan2.6-t2i", "wan2.5-t2i-preview"],
    ...["wan2.5-i2i-preview", "wan2.2-t2i-flash", "wan2.2-t2i-plus", "wanx2.1-t2i-turbo"],
    ...["wanx2.1-t2i-plus", "wanx2.0-t2i-turbo", "wanx2.1-imageedit", "z-image-turbo"],
    ...["qwen3.7-max", "qwen3.7-plus", "qwen3.6-flash", "qwen-plus", "qwen-flash"],
  ],
};

const imagenEnded = "Google ended its own Imagen endpoints on 2026-08-17.";
const flashImageEnded = "Google ended it on 2026-10-02.";
const gptImage1Ended = "OpenAI ended GPT Image 1 on 2026-10-23, wherever it was sold.";
const drawsVectors = "It makes SVG, which is none of the formats that Spillway answers with.";
const makesVideo = "It makes videos, which no operation is about.";

/** Left out on purpose, each with the reason. */
const omitted: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  vertex: {
    "gemini-2.5-flash-image": flashImageEnded,
    "imagen-4.0-generate-001": imagenEnded,
    "imagen-4.0-fast-generate-001": imagenEnded,
    "imagen-4.0-ultra-generate-001": imagenEnded,
    "imagen-3.0-generate-002": imagenEnded,
    "imagen-3.0-generate-001": imagenEnded,
    "imagen-3.0-fast-generate-001": imagenEnded,
    "imagen-3.0-capability-001": imagenEnded,
    "imagen-4.0-upscale-preview": imagenEnded,
    "imagen-product-recontext-preview": "It speaks the protocol of Imagen, which is over.",
    "virtual-try-on-preview": "It dresses a person in a product, which no operation is about.",
    "image-segmentation-001": "It finds parts of an image, which no operation is about.",
    "veo-3.1-generate-001": makesVideo,
    "veo-3.1-fast": makesVideo,
    "veo-3.1-lite": makesVideo,
  },
  gemini: {
    "gemini-3.1-flash-image": "The Gemini API switched it off on 2026-10-29.",
    "gemini-3.1-flash-image-preview": "The Gemini API switched it off on 2026-10-29.",
    "gemini-2.5-flash-image": flashImageEnded,
    "gemini-4-*": "A family of which no model is named.",
    "imagen-4": imagenEnded,
    "imagen-4-fast": imagenEnded,
    "imagen-4-ultra": imagenEnded,
    "veo-3.1-generate-preview": makesVideo,
    "veo-3.1-lite-generate-preview": makesVideo,
  },
  openai: {
    "gpt-image-1": gptImage1Ended,
    "dall-e-3": "OpenAI ended it on 2026-05-12.",
    "dall-e-2": "OpenAI ended it on 2026-05-12.",
  },
  replicate: {
    "openai/gpt-image-1": gptImage1Ended,
    "recraft-ai/recraft-v3-svg": drawsVectors,
    "recraft-ai/recraft-v4-svg": drawsVectors,
    "recraft-ai/recraft-v4-pro-svg": drawsVectors,
  },
  fal: {
    "fal-ai/gpt-image-1/text-to-image": gptImage1Ended,
    "fal-ai/recraft/v4/text-to-vector": drawsVectors,
    "fal-ai/recraft/v4/pro/text-to-vector": drawsVectors,
    "fal-ai/ideogram/v3/reframe": "It takes no words, which every edit has.",
  },
  runware: {
    "openai:1@1": gptImage1Ended,
    "bfl:1@3": "It wants the pixels to add on each side, which no field of an edit says.",
    "ideogram:4@2": "Which key its image goes under is not known for certain.",
    "ideogram:4@3": "Which key its image goes under is not known for certain.",
    "ideogram:4@4": "It takes no words, which every edit has.",
    "ideogram:4@5": "Which key its image goes under is not known for certain.",
    "civitai:{model}@{version}": "Thousands of models, each reached by its name.",
  },
  xai: {
    "grok-2-image": "Retired: gone from xAI's lists of models.",
    "grok-2-image-1212": "Retired: gone from xAI's lists of models.",
  },
};

describe.each(Object.entries(named))(
  "the models that the documentation of %s names",
  (slug, names) => {
    const reasons = omitted[slug] ?? {};

    it("are in the catalogue, but for those that are left out for a reason", () => {
      expect(names.filter((name) => !isOffered(slug, name)).sort()).toEqual(
        Object.keys(reasons).sort(),
      );
    });

    it("are named once, and every reason is a sentence", () => {
      expect(new Set(names).size).toBe(names.length);
      for (const reason of Object.values(reasons)) expect(reason).toMatch(/^[A-Z].*\.$/);
    });
  },
);

it("every model on Replicate whose input is known is in the catalogue, but for those left out", () => {
  const known = replicateTable.flatMap(({ names }) => names);
  const missing = known.filter((name) => !isOffered("replicate", name));
  expect(missing.filter((name) => omitted["replicate"]?.[name] === undefined)).toEqual([]);
});

/** By the provider's own name, with or without a version after it, or by a name of the model. */
function isOffered(slug: string, name: string): boolean {
  return models.some(({ id, aliases, offers }) =>
    offers.some(
      ({ provider, upstreamModel }) =>
        provider === slug &&
        (upstreamModel === name ||
          upstreamModel.startsWith(`${name}:`) ||
          id === name ||
          aliases.includes(name)),
    ),
  );
}
