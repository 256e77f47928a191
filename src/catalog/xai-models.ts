import type { Model } from "../domain/model.ts";
import { chats, drawsAndEdits, model, offer, pricesFrom } from "./describe-model.ts";

const { perImage } = pricesFrom({ source: "x.ai pricing, as reported", asOf: "2026-11-21" });
const onOpenRouter = pricesFrom({
  source: "openrouter.ai, prices seen from July to November 2026",
  asOf: "2026-11-21",
});
/** Up to 200,000 tokens of context; beyond, what xAI reports with each answer says more. */
const { tokens } = pricesFrom({ source: "xAI's list, as of @ai-sdk/xai", asOf: "2026-08-31" });

const grok43 = [tokens("input_token", 1.25), tokens("output_token", 2.5)];
const grok = [tokens("input_token", 2), tokens("output_token", 6)];

/** xAI's Grok Imagine models and its Grok models for chat that were alive in November 2026. */
export const xaiModels: readonly Model[] = [
  model(
    "grok-imagine-image",
    "Grok Imagine",
    ["grok-imagine", "grok-imagine-image-2026-03-02"],
    [
      offer("xai", "grok-imagine-image", drawsAndEdits, [perImage(0.02)]),
      offer("runware", "xai:grok-imagine@image", drawsAndEdits),
    ],
  ),
  model(
    "grok-imagine-image-quality",
    "Grok Imagine Quality",
    ["grok-imagine-image-pro"],
    [
      offer("xai", "grok-imagine-image-quality", drawsAndEdits, [
        perImage(0.05),
        perImage(0.07, { resolution: "2K" }),
      ]),
      offer("openrouter", "x-ai/grok-imagine-image-quality", drawsAndEdits, [
        onOpenRouter.perImage(0.05, { resolution: "1K" }),
      ]),
    ],
  ),
  model(
    "grok-imagine-image-2.0",
    "Grok Imagine 2.0",
    [],
    [offer("xai", "grok-imagine-image-2.0", drawsAndEdits)],
  ),
  model("grok-4.3", "Grok 4.3", [], [offer("xai", "grok-4.3", chats, grok43)]),
  model("grok-4.5", "Grok 4.5", [], [offer("xai", "grok-4.5", chats, grok)]),
  model("grok-4.6", "Grok 4.6", [], [offer("xai", "grok-4.6", chats, grok)]),
  model(
    "grok-4.20-reasoning",
    "Grok 4.20 Reasoning",
    [],
    [offer("xai", "grok-4.20-reasoning", chats, grok)],
  ),
  model(
    "grok-4.20-non-reasoning",
    "Grok 4.20 Non-Reasoning",
    [],
    [offer("xai", "grok-4.20-non-reasoning", chats, grok)],
  ),
];
