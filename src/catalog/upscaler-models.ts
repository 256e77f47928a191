import type { Model } from "../domain/model.ts";
import { enlarges, model, offer, pricesFrom } from "./describe-model.ts";

const onFal = pricesFrom({ source: "fal.ai, the models' own pages", asOf: "2026-11-21" });

/** Models that make an image larger and do nothing else. */
export const upscalerModels: readonly Model[] = [
  model(
    "clarity-upscaler",
    "Clarity Upscaler",
    [],
    [
      offer("fal", "fal-ai/clarity-upscaler", enlarges, [onFal.price("megapixel", 0.03)]),
      offer("runware", "runware:500@1", enlarges),
    ],
  ),
  model(
    "real-esrgan",
    "Real-ESRGAN",
    ["esrgan"],
    [offer("fal", "fal-ai/esrgan", enlarges), offer("runware", "runware:504@1", enlarges)],
  ),
  model("aura-sr", "AuraSR", [], [offer("fal", "fal-ai/aura-sr", enlarges)]),
  model(
    "ccsr",
    "CCSR",
    [],
    [offer("fal", "fal-ai/ccsr", enlarges), offer("runware", "runware:501@1", enlarges)],
  ),
  model(
    "drct-super-resolution",
    "DRCT Super Resolution",
    [],
    [offer("fal", "fal-ai/drct-super-resolution", enlarges)],
  ),
  model(
    "flux-vision-upscaler",
    "FLUX Vision Upscaler",
    [],
    [offer("fal", "fal-ai/flux-vision-upscaler", enlarges)],
  ),
  model("latent-upscaler", "Latent Upscaler", [], [offer("runware", "runware:502@1", enlarges)]),
  model("swinir", "SwinIR", [], [offer("runware", "runware:503@1", enlarges)]),
  model("seedvr2", "SeedVR2", [], [offer("fal", "fal-ai/seedvr/upscale/image", enlarges)]),
  model(
    "topaz-image-upscale",
    "Topaz Image Upscale",
    ["topaz-upscale"],
    [offer("fal", "fal-ai/topaz/upscale/image", enlarges)],
  ),
];
