import type { Model } from "../domain/model.ts";
import { draws, drawsAndEdits, model, offer, pricesFrom } from "./describe-model.ts";

const onReplicate = pricesFrom({
  source: "replicate.com, list prices of 2026",
  asOf: "2026-11-21",
});
const onFireworks = pricesFrom({
  source: "fireworks.ai pricing of 2025 and 2026, images at 30 steps",
  asOf: "2026-07-31",
});

/** By the step, for SDXL and every other model that is asked as it is. */
const likeSdxl = [onFireworks.perImage(0.0039)];

/** Replicate wants a version of a community model: this is the one that its callers name (2026-11-22). */
const sdxlOnReplicate =
  "stability-ai/sdxl:7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc";

/** Stability AI's Stable Diffusion, and the models that are built like it. */
export const stableDiffusionModels: readonly Model[] = [
  model(
    "stable-diffusion-3.5-large",
    "Stable Diffusion 3.5 Large",
    ["sd-3.5-large"],
    [
      offer("replicate", "stability-ai/stable-diffusion-3.5-large", drawsAndEdits, [
        onReplicate.perImage(0.065),
      ]),
      offer("fal", "fal-ai/stable-diffusion-v35-large", draws),
    ],
  ),
  model(
    "stable-diffusion-3.5-large-turbo",
    "Stable Diffusion 3.5 Large Turbo",
    ["sd-3.5-large-turbo"],
    [
      offer("replicate", "stability-ai/stable-diffusion-3.5-large-turbo", draws, [
        onReplicate.perImage(0.04),
      ]),
    ],
  ),
  model(
    "stable-diffusion-3.5-medium",
    "Stable Diffusion 3.5 Medium",
    ["sd-3.5-medium"],
    [
      offer("replicate", "stability-ai/stable-diffusion-3.5-medium", drawsAndEdits, [
        onReplicate.perImage(0.035),
      ]),
    ],
  ),
  model(
    "stable-diffusion-3",
    "Stable Diffusion 3",
    ["sd-3"],
    [offer("runware", "runware:5@1", draws)],
  ),
  model(
    "stable-diffusion-xl",
    "Stable Diffusion XL",
    ["sdxl"],
    [
      offer("replicate", sdxlOnReplicate, drawsAndEdits),
      offer(
        "fireworks",
        "accounts/fireworks/models/stable-diffusion-xl-1024-v1-0",
        draws,
        likeSdxl,
      ),
      offer("runware", "civitai:101055@128078", drawsAndEdits),
    ],
  ),
  atFireworks("SSD-1B", "ssd-1b", "SSD-1B"),
  atFireworks("playground-v2-1024px-aesthetic", "playground-v2", "Playground v2"),
  atFireworks("playground-v2-5-1024px-aesthetic", "playground-v2.5", "Playground v2.5"),
  atFireworks(
    "japanese-stable-diffusion-xl",
    "japanese-stable-diffusion-xl",
    "Japanese Stable Diffusion XL",
  ),
];

/** A model of the SDXL family that Fireworks alone has. */
function atFireworks(name: string, id: string, displayName: string): Model {
  return model(
    id,
    displayName,
    [],
    [offer("fireworks", `accounts/fireworks/models/${name}`, draws, likeSdxl)],
  );
}
