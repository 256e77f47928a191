import type { SizeCapability } from "../../domain/capabilities.ts";
import type { Background, ImageFormat, Quality, Resolution } from "../../domain/image-options.ts";
import type { MaskPolarity } from "../../domain/task.ts";

/**
 * How one family of models on fal takes its input. Each model has a schema of its
 * own, and silently ignores a key that is not in it, so that only what stands here
 * is sent. What is undefined the models do not have.
 */
export interface FalModel {
  /** Endpoint ids. */
  readonly names: readonly string[];
  /**
   * The shape, and by its kind the key that carries it: "free" is
   * `image_size: {width, height}`, "listed" is `image_size: "1024x1024"`, and
   * "ratio" is `aspect_ratio: "16:9"`.
   */
  readonly size?: SizeCapability | undefined;
  /** Whether a ratio goes as a word under `image_size` instead: "landscape_16_9". */
  readonly presets?: boolean | undefined;
  /** Under `resolution`. */
  readonly resolutions?: readonly Resolution[] | undefined;
  /** The most under `num_images`. Undefined: one, and no such key. */
  readonly maxCount?: number | undefined;
  /** How each format is worded under `output_format`. */
  readonly formats?: Readonly<Partial<Record<ImageFormat, string>>> | undefined;
  readonly seed?: boolean | undefined;
  readonly negativePrompt?: boolean | undefined;
  readonly qualities?: readonly Quality[] | undefined;
  readonly backgrounds?: readonly Background[] | undefined;
  /** The key of the input images, and the most of them: one address, or a list. */
  readonly images?: FalImages | undefined;
  readonly mask?: FalMask | undefined;
  /** The key of an upscale's factor, and the factors that it takes. */
  readonly scale?: { readonly key: string; readonly factors: readonly number[] } | undefined;
}

/** How input images are handed over, and whether there is nothing that the model makes without one. */
export type FalImages = { readonly required?: true } & (
  | { readonly key: "image_url"; readonly most: 1 }
  | { readonly key: "image_urls"; readonly most: number }
);

/** How a mask is handed over, and whether there is no edit without one. */
export interface FalMask {
  readonly key: string;
  readonly polarity: MaskPolarity;
  readonly required?: true;
}

/** How an input image is handed over where nothing else is known. */
export const oneImage: FalImages = { key: "image_url", most: 1 };

/** How an upscale's factor is called by most models. */
export const usualScaleKey = "upscale_factor";

/** The words under `image_size`, by the ratio that they stand for. */
export const presetOfRatio: Readonly<Record<string, string>> = {
  "1:1": "square_hd",
  "4:3": "landscape_4_3",
  "3:4": "portrait_4_3",
  "16:9": "landscape_16_9",
  "9:16": "portrait_16_9",
};
