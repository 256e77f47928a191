import type { SizeCapability } from "../../domain/capabilities.ts";
import type { Background, ImageFormat, Quality, Resolution } from "../../domain/image-options.ts";
import type { MaskPolarity } from "../../domain/task.ts";

/**
 * How one family of models on Replicate takes its input. Each model has a JSON
 * schema of its own and answers 422 to what is not in it, so only what stands here
 * is sent. What is undefined the models do not have.
 */
export interface ReplicateModel {
  /** By "owner/name". */
  readonly names: readonly string[];
  /**
   * The shape and the keys that carry it: `aspect_ratio`, or `width` and `height`,
   * or one key with "1024x1024".
   */
  readonly size?: SizeCapability | undefined;
  /** Sent beside `width` and `height`, where those need leave. */
  readonly customRatio?: boolean | undefined;
  /** The key for the scale, and how each scale is worded. */
  readonly resolution?: Worded<Resolution> | undefined;
  /** The key for the number of images, and the most of them. */
  readonly count?: { readonly key: string; readonly max: number } | undefined;
  /** How each format is worded under `output_format`. */
  readonly formats?: Readonly<Partial<Record<ImageFormat, string>>> | undefined;
  /** The key for the compression of JPEG and WebP, where 100 keeps the most. */
  readonly compressionKey?: string | undefined;
  readonly seed?: boolean | undefined;
  readonly negativePrompt?: boolean | undefined;
  readonly qualities?: readonly Quality[] | undefined;
  readonly backgrounds?: readonly Background[] | undefined;
  readonly inputs?: ReplicateInputs | undefined;
}

/** How a model takes images to work on: all that it takes beside what it takes without them. */
export interface ReplicateInputs {
  readonly key: string;
  /** Whether the key takes a list. Otherwise it takes one address. */
  readonly list: boolean;
  readonly max: number;
  /** Whether there is nothing that the model makes without an image. */
  readonly required?: true;
  /** Which pixels of `mask` are changed. Undefined: there is no such key. */
  readonly mask?: MaskPolarity | undefined;
  readonly needsMask?: boolean | undefined;
  /**
   * Whose shape the result has: always the input's; the input's when `aspect_ratio`
   * says so; or, when undefined, one of the model's own.
   */
  readonly shape?: "given" | "on_request" | undefined;
}

interface Worded<T extends string> {
  readonly key: string;
  readonly words: Readonly<Partial<Record<T, string>>>;
}
