import type { ImageCapabilities } from "../../domain/capabilities.ts";
import type { Resolution } from "../../domain/image-options.ts";
import { int32Seeds } from "./int32-seeds.ts";

/**
 * What a Gemini image model can be asked: one image a call, its aspect ratio, from
 * some models on its resolution, and a seed. There is no mask and no choice of
 * quality or of background; a choice of file format there is on Vertex AI alone
 * (ai.google.dev, cloud.google.com/vertex-ai and @ai-sdk/google 4.0.121, 2026-11-21).
 */
export function googleImageCapabilities(
  upstreamModel: string,
  { imageOutputOptions }: { readonly imageOutputOptions: boolean },
): ImageCapabilities {
  // "models/…" and "publishers/google/models/…" name the same model, as does OpenRouter's "google/…".
  const name = upstreamModel.replace(/^.*\//, "");
  const model = models.find(({ id }) => name.startsWith(id)) ?? unknownModel;
  return {
    maxCountPerCall: 1,
    size: { kind: "ratio", ratios: model.wide ? [...ratios, ...extremeRatios] : ratios },
    resolutions: model.resolutions,
    formats: imageOutputOptions ? ["png", "jpeg"] : [],
    compressibleFormats: imageOutputOptions ? ["jpeg"] : [],
    seed: int32Seeds,
    delivery: "bytes",
    maxInputImages: model.maxInputImages,
  };
}

/**
 * Whether it is a model that draws, by its name. It talks too, but calls no functions,
 * keeps to no schema and chooses for itself how to think.
 */
export function isGoogleImageModel(upstreamModel: string): boolean {
  return /-image\b|nano-banana/.test(upstreamModel);
}

interface ImageModel {
  /** How the model's id begins: previews and dated versions are the same. */
  readonly id: string;
  readonly resolutions: readonly Resolution[];
  /** Whether it draws strips too. */
  readonly wide: boolean;
  /** The most references of an edit. */
  readonly maxInputImages: number;
}

const models: readonly ImageModel[] = [
  { id: "gemini-nano-banana-2.1", resolutions: ["1K", "2K", "4K"], wide: true, maxInputImages: 14 },
  { id: "gemini-3-pro-image", resolutions: ["1K", "2K", "4K"], wide: false, maxInputImages: 14 },
  { id: "gemini-3.1-flash-image", resolutions: ["1K", "2K", "4K"], wide: true, maxInputImages: 14 },
  { id: "gemini-3.1-flash-lite-image", resolutions: ["1K"], wide: false, maxInputImages: 14 },
];

/**
 * gemini-2.5-flash-image and whatever comes: no resolution, since it answers 400 where
 * there is none, and the three references that the oldest one takes.
 */
const unknownModel: ImageModel = { id: "", resolutions: [], wide: false, maxInputImages: 3 };

const ratios = ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"];
const extremeRatios = ["1:4", "4:1", "1:8", "8:1"];
