import type { ImageCapabilities } from "../../domain/capabilities.ts";
import type { Resolution } from "../../domain/image-options.ts";

/**
 * What a Gemini image model can be asked: one image a call, its aspect ratio, from
 * some models on its resolution, and a seed. There is no choice of file format, of
 * quality or of background (ai.google.dev and @ai-sdk/google 4.0.121, 2026-11-21).
 */
export function googleImageCapabilities(upstreamModel: string): ImageCapabilities {
  const model = models.find(({ id }) => upstreamModel.startsWith(id)) ?? unknownModel;
  return {
    maxCountPerCall: 1,
    size: { kind: "ratio", ratios: model.wide ? [...ratios, ...extremeRatios] : ratios },
    resolutions: model.resolutions,
    seed: true,
    delivery: "bytes",
  };
}

interface ImageModel {
  /** How the model's id begins: previews and dated versions are the same. */
  readonly id: string;
  readonly resolutions: readonly Resolution[];
  /** Whether it draws strips too. */
  readonly wide: boolean;
}

const models: readonly ImageModel[] = [
  { id: "gemini-nano-banana-2.1", resolutions: ["1K", "2K", "4K"], wide: true },
  { id: "gemini-3-pro-image", resolutions: ["1K", "2K", "4K"], wide: false },
  { id: "gemini-3.1-flash-image", resolutions: ["1K", "2K", "4K"], wide: true },
  { id: "gemini-3.1-flash-lite-image", resolutions: ["1K"], wide: false },
];

/** gemini-2.5-flash-image and whatever comes: no resolution, since it answers 400 where there is none. */
const unknownModel: ImageModel = { id: "", resolutions: [], wide: false };

const ratios = ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"];
const extremeRatios = ["1:4", "4:1", "1:8", "8:1"];
