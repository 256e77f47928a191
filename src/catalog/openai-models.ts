import type { Model, Price } from "../domain/model.ts";
import {
  chats,
  draws,
  drawsAndEdits,
  edits,
  model,
  offer,
  openRouterPrices,
  passedOn,
  pricesFrom,
  runwarePrices,
} from "./describe-model.ts";

const onRunware = pricesFrom(runwarePrices);
const { tokens, perImage } = pricesFrom({
  source: "openai.com pricing, gathered August to November 2026",
  asOf: "2026-11-21",
});
const onReplicate = pricesFrom({
  source: "replicate.com, list prices of 2026",
  asOf: "2026-11-21",
});
const onFal = pricesFrom({ source: "fal.ai, list prices of 2026, inferred", asOf: "2026-08-31" });

/** gpt-image-2 and what came after it share one price for tokens. */
const currentTokens = imageTokens(30);

const gptImage2 = [
  ...currentTokens,
  ...bySize("low", 0.006, 0.005),
  ...bySize("medium", 0.053, 0.041),
  ...bySize("high", 0.211, 0.165),
];
const gptImage15 = [
  ...imageTokens(32),
  tokens("output_token", 10),
  ...bySize("low", 0.009, 0.013),
  ...bySize("medium", 0.034, 0.05),
  ...bySize("high", 0.133, 0.2),
];
const gptImage1Mini = [
  tokens("input_token", 2),
  tokens("image_input_token", 2.5),
  tokens("image_output_token", 8),
  perImage(0.005, { quality: "low", size: "1024x1024" }),
  perImage(0.011, { quality: "medium", size: "1024x1024" }),
  perImage(0.036, { quality: "high", size: "1024x1024" }),
];
const onFal15 = [
  onFal.perImage(0.009, { quality: "low", size: "1024x1024" }),
  onFal.perImage(0.034, { quality: "medium", size: "1024x1024" }),
  onFal.perImage(0.133, { quality: "high", size: "1024x1024" }),
];
const gpt54 = [tokens("input_token", 2.5), tokens("output_token", 15)];
const gpt54Mini = [tokens("input_token", 0.75), tokens("output_token", 4.5)];

/** OpenAI's models that were alive in November 2026. */
export const openAiModels: readonly Model[] = [
  model(
    "gpt-image-2.6-sunburst",
    "GPT Image 2.6 Sunburst",
    [],
    [offer("openai", "gpt-image-2.6-sunburst", drawsAndEdits, currentTokens)],
  ),
  model(
    "gpt-image-2.6-flare",
    "GPT Image 2.6 Flare",
    [],
    [offer("openai", "gpt-image-2.6-flare", drawsAndEdits, currentTokens)],
  ),
  model(
    "gpt-image-2.5-sunburst",
    "GPT Image 2.5 Sunburst",
    ["gpt-image-2.5-sunburst-2026-09-08"],
    [offer("openai", "gpt-image-2.5-sunburst", drawsAndEdits, currentTokens)],
  ),
  model(
    "gpt-image-2.5-flare",
    "GPT Image 2.5 Flare",
    ["gpt-image-2.5-flare-2026-09-08"],
    [offer("openai", "gpt-image-2.5-flare", drawsAndEdits, currentTokens)],
  ),
  model(
    "gpt-image-2",
    "GPT Image 2",
    ["gpt-image-2-2026-04-21"],
    [
      offer("openai", "gpt-image-2", drawsAndEdits, gptImage2),
      offer("replicate", "openai/gpt-image-2", drawsAndEdits, [
        onReplicate.perImage(0.128, { quality: "high" }),
      ]),
      offer("runware", "openai:gpt-image@2", drawsAndEdits),
      offer(
        "openrouter",
        "openai/gpt-image-2",
        drawsAndEdits,
        passedOn(gptImage2, openRouterPrices),
      ),
    ],
  ),
  model(
    "gpt-image-1.5",
    "GPT Image 1.5",
    [],
    [
      offer("openai", "gpt-image-1.5", drawsAndEdits, gptImage15),
      offer("replicate", "openai/gpt-image-1.5", drawsAndEdits, [
        onReplicate.perImage(0.013, { quality: "low" }),
        onReplicate.perImage(0.05, { quality: "medium" }),
        onReplicate.perImage(0.136, { quality: "high" }),
      ]),
      offer("fal", "fal-ai/gpt-image-1.5", draws, onFal15),
      offer("fal", "fal-ai/gpt-image-1.5/edit", edits, onFal15),
      offer("runware", "openai:4@1", drawsAndEdits, [
        onRunware.perImage(0.009, { quality: "low", size: "1024x1024" }),
        onRunware.perImage(0.013, { quality: "low", size: "1024x1536" }),
      ]),
    ],
  ),
  model(
    "gpt-image-1-mini",
    "GPT Image 1 mini",
    [],
    [
      offer("openai", "gpt-image-1-mini", drawsAndEdits, gptImage1Mini),
      offer("fal", "fal-ai/gpt-image-1-mini", draws),
      offer("fal", "fal-ai/gpt-image-1-mini/edit", edits),
      offer("runware", "openai:1@2", drawsAndEdits),
    ],
  ),
  model(
    "chatgpt-image-latest",
    "ChatGPT Image",
    [],
    [
      offer("openai", "chatgpt-image-latest", drawsAndEdits, [
        ...imageTokens(32),
        tokens("output_token", 10),
      ]),
    ],
  ),
  model(
    "gpt-5.4",
    "GPT-5.4",
    ["gpt-5.4-2026-03-05"],
    [
      offer("openai", "gpt-5.4", chats, gpt54),
      offer("openrouter", "openai/gpt-5.4", chats, passedOn(gpt54, openRouterPrices)),
    ],
  ),
  model(
    "gpt-5.4-mini",
    "GPT-5.4 mini",
    [],
    [
      offer("openai", "gpt-5.4-mini", chats, gpt54Mini),
      offer("openrouter", "openai/gpt-5.4-mini", chats, passedOn(gpt54Mini, openRouterPrices)),
    ],
  ),
];

function imageTokens(output: number): readonly Price[] {
  return [
    tokens("input_token", 5),
    tokens("image_input_token", 8),
    tokens("image_output_token", output),
  ];
}

/** What a square and what a long image cost, approximately, as OpenAI tells it. */
function bySize(quality: "low" | "medium" | "high", square: number, long: number): Price[] {
  return [
    perImage(square, { quality, size: "1024x1024" }),
    perImage(long, { quality, size: "1536x1024" }),
    perImage(long, { quality, size: "1024x1536" }),
  ];
}
