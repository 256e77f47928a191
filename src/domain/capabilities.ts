import type { Background, ImageFormat, Quality, Resolution } from "./image-options.ts";
import type { MaskPolarity, ReasoningEffort } from "./task.ts";

/**
 * What the images of one model can be at one provider: data, from which the
 * router works out what must be adapted, so that no provider does it again. A
 * list that is undefined or empty means that the provider has no such parameter.
 */
export interface ImageCapabilities {
  /** The most images of one call. */
  readonly maxCountPerCall: number;
  /** How the shape is worded. Undefined means that the shape cannot be chosen. */
  readonly size?: SizeCapability | undefined;
  /** The scales that can be asked for; only with `size.kind` "ratio". */
  readonly resolutions?: readonly Resolution[] | undefined;
  readonly qualities?: readonly Quality[] | undefined;
  readonly backgrounds?: readonly Background[] | undefined;
  /** The file formats that the provider itself can make, when asked. */
  readonly formats?: readonly ImageFormat[] | undefined;
  /** The formats that take a compression. */
  readonly compressibleFormats?: readonly ImageFormat[] | undefined;
  /** Whether there is a seed, or which ones there are where not every whole number from 0 is one. */
  readonly seed?: boolean | SeedRange | undefined;
  readonly negativePrompt?: boolean | undefined;
  /** What the provider returns. */
  readonly delivery: "bytes" | "url";
  /** The most unfinished versions of an image that a stream can carry. */
  readonly maxPartialImages?: number | undefined;
  /** The most input images of an edit. */
  readonly maxInputImages?: number | undefined;
  /**
   * How many input images an edit must have for its shape to be chosen; with fewer
   * it has that of its input. Default 1.
   */
  readonly minInputsForShape?: number | undefined;
  /** The most bytes of all input images together; addresses do not count. Undefined means any. */
  readonly maxInputBytes?: number | undefined;
  /** Which files the input images may be. Undefined means any that callers may send. */
  readonly inputFile?: FileLimits | undefined;
  /** Which file the mask may be. Undefined means any that callers may send. */
  readonly maskFile?: FileLimits | undefined;
  /** How the mask of an edit is read. Undefined means that there is none. */
  readonly mask?: MaskPolarity | undefined;
  /** Whether an edit without a mask is none. Default false. */
  readonly needsMask?: boolean | undefined;
  /**
   * Whether input images may be addresses, which the provider fetches itself.
   * Default false: Spillway fetches them and hands over the bytes.
   */
  readonly inputUrls?: boolean | undefined;
  /** The factors of an upscale that can be asked for, in ascending order. */
  readonly scaleFactors?: readonly number[] | undefined;
}

/** Which files a model takes as images; addresses that it fetches itself do not count. */
export interface FileLimits {
  /** Their media types: "image/png". Undefined means any that callers may send. */
  readonly types?: readonly string[] | undefined;
  /** The most bytes of one. Undefined means any. */
  readonly maxBytes?: number | undefined;
}

/** The seeds that a provider takes, both ends included. */
export interface SeedRange {
  readonly least: number;
  readonly most: number;
}

/** How a provider takes the shape of an image. */
export type SizeCapability =
  /** One of these sizes, like "1024x1024". */
  | { readonly kind: "listed"; readonly sizes: readonly string[] }
  /** Any size within limits. */
  | {
      readonly kind: "free";
      /** Width and height are multiples of it. */
      readonly multipleOf: number;
      readonly minEdge: number;
      readonly maxEdge: number;
      readonly minPixels: number;
      readonly maxPixels: number;
      /** The longer edge divided by the shorter one, at most. */
      readonly maxRatio: number;
    }
  /** One of these aspect ratios, like "16:9". */
  | { readonly kind: "ratio"; readonly ratios: readonly string[] };

/** What a chat model can be asked at one provider. */
export interface ChatCapabilities {
  readonly tools: boolean;
  readonly imageInput: boolean;
  /** Whether an image may be an address, which the provider fetches itself. Default false. */
  readonly imageUrls?: boolean | undefined;
  /** Which files the images may be. Undefined means any that callers may send. */
  readonly inputFile?: FileLimits | undefined;
  /** The most bytes of all images together; addresses do not count. Undefined means any. */
  readonly maxInputBytes?: number | undefined;
  readonly jsonFormat: boolean;
  readonly jsonSchema: boolean;
  /** Whether there is a choice, or which efforts there are to choose from. */
  readonly reasoningEffort: boolean | readonly ReasoningEffort[];
  /** Whether there is a seed, or which ones there are where not every whole number from 0 is one. */
  readonly seed: boolean | SeedRange;
  readonly temperature: boolean;
  /** The highest temperature. Undefined: 2, the highest that can be asked for. */
  readonly maxTemperature?: number | undefined;
  readonly topP: boolean;
  /**
   * The efforts that leave a choice of temperature and top_p; undefined among them: when
   * none is chosen. Undefined: any does.
   */
  readonly samplingEfforts?: readonly (ReasoningEffort | undefined)[] | undefined;
  /** How many stop texts. 0 when there is no such parameter. */
  readonly maxStop: number;
}
