import type { Model } from "../domain/model.ts";
import {
  chats,
  draws,
  drawsAndEdits,
  edits,
  model,
  offer,
  pricesFrom,
  runwarePrices,
} from "./describe-model.ts";

const onRunware = pricesFrom(runwarePrices);
const onReplicate = pricesFrom({
  source: "replicate.com, list prices of 2026",
  asOf: "2026-11-21",
});
// What its makers take differs by where they serve from: this is the dearest.
const onOpenRouter = pricesFrom({
  source: "openrouter.ai, prices seen from July to November 2026",
  asOf: "2026-11-21",
});
const onFal = pricesFrom({ source: "fal.ai, list prices of 2026", asOf: "2026-08-31" });
const onFireworks = pricesFrom({
  source: "fireworks.ai pricing of 2025 and 2026",
  asOf: "2026-07-31",
});
const onDeepInfra = pricesFrom({
  source: "deepinfra.com, prices of June 2026",
  asOf: "2026-06-26",
});

/** Models of makers with few, or with open weights: ByteDance, Recraft, OpenAI, DeepSeek. */
export const otherModels: readonly Model[] = [
  model(
    "seedream-3",
    "Seedream 3",
    ["seedream-3.0"],
    [offer("fal", "fal-ai/bytedance/seedream/v3/text-to-image", draws)],
  ),
  model(
    "seedream-4",
    "Seedream 4",
    ["seedream-4.0"],
    [
      offer("replicate", "bytedance/seedream-4", drawsAndEdits, [onReplicate.perImage(0.03)]),
      offer("fal", "fal-ai/bytedance/seedream/v4/text-to-image", draws, [onFal.perImage(0.03)]),
      offer("fal", "fal-ai/bytedance/seedream/v4/edit", edits, [onFal.perImage(0.03)]),
      offer("runware", "bytedance:5@0", drawsAndEdits),
    ],
  ),
  model(
    "seedream-4.5",
    "Seedream 4.5",
    [],
    [
      offer("replicate", "bytedance/seedream-4.5", drawsAndEdits, [onReplicate.perImage(0.04)]),
      offer("fal", "fal-ai/bytedance/seedream/v4.5/text-to-image", draws, [onFal.perImage(0.04)]),
      offer("fal", "fal-ai/bytedance/seedream/v4.5/edit", edits, [onFal.perImage(0.04)]),
      offer("runware", "bytedance:seedream@4.5", drawsAndEdits),
      offer("openrouter", "bytedance-seed/seedream-4.5", drawsAndEdits, [
        onOpenRouter.perImage(0.05),
      ]),
    ],
  ),
  model(
    "seedream-5-lite",
    "Seedream 5 Lite",
    ["seedream-5.0-lite"],
    [
      offer("replicate", "bytedance/seedream-5-lite", drawsAndEdits),
      offer("fal", "fal-ai/bytedance/seedream/v5/lite/text-to-image", draws),
      offer("fal", "fal-ai/bytedance/seedream/v5/lite/edit", edits),
      offer("runware", "bytedance:seedream@5.0-lite", drawsAndEdits),
    ],
  ),
  model(
    "recraft-v3",
    "Recraft V3",
    [],
    [
      offer("replicate", "recraft-ai/recraft-v3", draws, [onReplicate.perImage(0.04)]),
      offer("fal", "fal-ai/recraft/v3/text-to-image", draws, [onFal.perImage(0.04)]),
    ],
  ),
  model(
    "recraft-v4",
    "Recraft V4",
    [],
    [
      offer("replicate", "recraft-ai/recraft-v4", draws, [onReplicate.perImage(0.04)]),
      offer("fal", "fal-ai/recraft/v4/text-to-image", draws),
      offer("runware", "recraft:v4@0", draws, [onRunware.perImage(0.04, { resolution: "1K" })]),
    ],
  ),
  model(
    "recraft-v4-pro",
    "Recraft V4 Pro",
    [],
    [
      offer("replicate", "recraft-ai/recraft-v4-pro", draws),
      offer("fal", "fal-ai/recraft/v4/pro/text-to-image", draws),
      offer("runware", "recraft:v4-pro@0", draws, [onRunware.perImage(0.25, { resolution: "2K" })]),
    ],
  ),
  model("recraft-v4.1", "Recraft V4.1", [], [offer("runware", "recraft:v4.1@0", draws)]),
  model(
    "gpt-oss-120b",
    "gpt-oss-120b",
    [],
    [
      offer("fireworks", "accounts/fireworks/models/gpt-oss-120b", chats, [
        onFireworks.tokens("input_token", 0.15),
        onFireworks.tokens("output_token", 0.6),
      ]),
      offer("deepinfra", "openai/gpt-oss-120b", chats, [
        onDeepInfra.tokens("input_token", 0.039),
        onDeepInfra.tokens("output_token", 0.19),
      ]),
    ],
  ),
  model(
    "deepseek-v4-pro",
    "DeepSeek V4 Pro",
    [],
    [
      offer("fireworks", "accounts/fireworks/models/deepseek-v4-pro", chats, [
        onFireworks.tokens("input_token", 1.74),
        onFireworks.tokens("output_token", 3.48),
      ]),
      offer("deepinfra", "deepseek-ai/DeepSeek-V4-Pro", chats, [
        onDeepInfra.tokens("input_token", 1.3),
        onDeepInfra.tokens("output_token", 2.6),
      ]),
    ],
  ),
];
