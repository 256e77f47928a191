import type { Model, Price } from "../domain/model.ts";
import {
  chats,
  draws,
  drawsAndEdits,
  edits,
  model,
  offer,
  openRouterPrices,
  type PricedFor,
  type PriceOrigin,
  passedOn,
  pricesFrom,
  runwarePrices,
} from "./describe-model.ts";

const onRunware = pricesFrom(runwarePrices);
const { tokens, perImage } = pricesFrom({
  source: "ai.google.dev pricing, paid tier",
  asOf: "2026-10-07",
});
const vertexPrices: PriceOrigin = {
  source: "Vertex AI pay as you go, equal to the Gemini API's list",
  asOf: "2026-10-07",
};
const onReplicate = pricesFrom({
  source: "replicate.com, list prices of 2026",
  asOf: "2026-11-21",
});
const onFal = pricesFrom({ source: "fal.ai, list prices of 2026", asOf: "2026-08-31" });

const nanoBananaPro = [
  tokens("input_token", 2),
  tokens("output_token", 12),
  tokens("image_output_token", 120),
  perImage(0.134),
  perImage(0.24, { resolution: "4K" }),
];
const nanoBanana21 = [
  tokens("input_token", 1.5),
  tokens("output_token", 7.5),
  tokens("image_output_token", 30),
  perImage(0.0336, { resolution: "1K" }),
];
const nanoBanana2 = [
  tokens("input_token", 0.5),
  tokens("output_token", 3),
  tokens("image_output_token", 60),
  perImage(0.067),
  perImage(0.101, { resolution: "2K" }),
  perImage(0.15, { resolution: "4K" }),
];
const nanoBananaLite = [perImage(0.034)];
const nanoBanana = [
  tokens("input_token", 0.3),
  tokens("output_token", 2.5),
  tokens("image_output_token", 30),
  perImage(0.039),
];
const proOnFal = [onFal.perImage(0.15), onFal.perImage(0.3, { resolution: "4K" })];
const twoOnFal = [
  onFal.perImage(0.08),
  onFal.perImage(0.12, { resolution: "2K" }),
  onFal.perImage(0.16, { resolution: "4K" }),
];

/** Google's models that were alive in November 2026, also where only resellers had them. */
export const googleModels: readonly Model[] = [
  model(
    "gemini-3-pro-image",
    "Nano Banana Pro",
    ["nano-banana-pro", "gemini-3-pro-image-preview"],
    [
      offer("vertex", "gemini-3-pro-image", drawsAndEdits, passedOn(nanoBananaPro, vertexPrices)),
      offer("gemini", "gemini-3-pro-image", drawsAndEdits, nanoBananaPro),
      offer("replicate", "google/nano-banana-pro", drawsAndEdits, [
        onReplicate.perImage(0.15),
        onReplicate.perImage(0.3, { resolution: "4K" }),
      ]),
      offer("fal", "fal-ai/nano-banana-pro", draws, proOnFal),
      offer("fal", "fal-ai/nano-banana-pro/edit", edits, proOnFal),
      offer("runware", "google:4@2", drawsAndEdits, [
        onRunware.perImage(0.138),
        onRunware.perImage(0.244, { resolution: "4K" }),
      ]),
      offer(
        "openrouter",
        "google/gemini-3-pro-image",
        drawsAndEdits,
        passedOn(nanoBananaPro, openRouterPrices),
      ),
    ],
  ),
  model(
    "gemini-nano-banana-2.1",
    "Nano Banana 2.1",
    ["nano-banana-2.1"],
    [
      offer(
        "vertex",
        "gemini-nano-banana-2.1",
        drawsAndEdits,
        passedOn(nanoBanana21, vertexPrices),
      ),
      offer("gemini", "gemini-nano-banana-2.1", drawsAndEdits, nanoBanana21),
    ],
  ),
  // The Gemini API switched it off on 2026-10-29.
  model(
    "gemini-3.1-flash-image",
    "Nano Banana 2",
    ["nano-banana-2", "gemini-3.1-flash-image-preview"],
    [
      offer("vertex", "gemini-3.1-flash-image", drawsAndEdits, passedOn(nanoBanana2, vertexPrices)),
      offer("replicate", "google/nano-banana-2", drawsAndEdits, [
        onReplicate.perImage(0.067, { resolution: "1K" }),
      ]),
      offer("fal", "fal-ai/nano-banana-2", draws, twoOnFal),
      offer("fal", "fal-ai/nano-banana-2/edit", edits, twoOnFal),
      offer("runware", "google:4@3", drawsAndEdits),
    ],
  ),
  model(
    "gemini-3.1-flash-lite-image",
    "Nano Banana 2 Lite",
    ["nano-banana-2-lite"],
    [
      offer(
        "vertex",
        "gemini-3.1-flash-lite-image",
        drawsAndEdits,
        passedOn(nanoBananaLite, vertexPrices),
      ),
      offer("gemini", "gemini-3.1-flash-lite-image", drawsAndEdits, nanoBananaLite),
      offer("runware", "google:nano-banana@2-lite", drawsAndEdits),
    ],
  ),
  // Google ended it on 2026-10-02; these still list it.
  model(
    "gemini-2.5-flash-image",
    "Nano Banana",
    ["nano-banana"],
    [
      offer("replicate", "google/nano-banana", drawsAndEdits, [onReplicate.perImage(0.039)]),
      offer("fal", "fal-ai/nano-banana", draws, [onFal.perImage(0.039)]),
      offer("fal", "fal-ai/nano-banana/edit", edits, [onFal.perImage(0.039)]),
      offer("runware", "google:4@1", drawsAndEdits),
      offer(
        "openrouter",
        "google/gemini-2.5-flash-image",
        drawsAndEdits,
        passedOn(nanoBanana, openRouterPrices),
      ),
    ],
  ),
  // Google ended its own Imagen endpoints on 2026-08-17; these still list it.
  model(
    "imagen-4",
    "Imagen 4",
    ["imagen-4.0-generate-001"],
    [
      offer("replicate", "google/imagen-4", draws, [onReplicate.perImage(0.04)]),
      offer("fal", "fal-ai/imagen4/preview", draws, [onFal.perImage(0.05)]),
    ],
  ),
  model(
    "imagen-4-fast",
    "Imagen 4 Fast",
    ["imagen-4.0-fast-generate-001"],
    [
      offer("replicate", "google/imagen-4-fast", draws, [onReplicate.perImage(0.02)]),
      offer("fal", "fal-ai/imagen4/preview/fast", draws, [onFal.perImage(0.02)]),
    ],
  ),
  model(
    "imagen-4-ultra",
    "Imagen 4 Ultra",
    ["imagen-4.0-ultra-generate-001"],
    [
      offer("replicate", "google/imagen-4-ultra", draws, [onReplicate.perImage(0.06)]),
      offer("fal", "fal-ai/imagen4/preview/ultra", draws, [onFal.perImage(0.06)]),
    ],
  ),
  // Until 2026-12-31; after it 1.50 and 7.50.
  textModel("gemini-3.8-flash", "Gemini 3.8 Flash", perToken(0.75, 3.75)),
  textModel("gemini-3.7-flash", "Gemini 3.7 Flash"),
  textModel("gemini-3.6-flash", "Gemini 3.6 Flash"),
  textModel("gemini-3.5-flash", "Gemini 3.5 Flash", perToken(1.5, 9)),
  textModel("gemini-3.5-flash-lite", "Gemini 3.5 Flash Lite", perToken(0.3, 2.5)),
  textModel("gemini-3.1-pro-preview", "Gemini 3.1 Pro", [
    ...perToken(4, 18),
    ...perToken(2, 12, { upToInputTokens: 200_000 }),
  ]),
];

/** A text model, at its maker's two APIs and at OpenRouter. */
function textModel(id: string, displayName: string, prices: readonly Price[] = []): Model {
  return model(
    id,
    displayName,
    [],
    [
      offer("vertex", id, chats, passedOn(prices, vertexPrices)),
      offer("gemini", id, chats, prices),
      offer("openrouter", `google/${id}`, chats, passedOn(prices, openRouterPrices)),
    ],
  );
}

/** In US dollars for a million tokens. */
function perToken(read: number, written: number, held?: PricedFor): readonly Price[] {
  return [tokens("input_token", read, held), tokens("output_token", written, held)];
}
