import type { MaskPolarity } from "./task.ts";

/** What can be done to the images that callers supply. */
export interface InputMedia {
  /** Reads type and size from the first bytes of an image. Undefined when it is none that Spillway takes. */
  sniff(bytes: Uint8Array): ImageHeader | undefined;
  /** Writes an image as a PNG that shows the same; of an animation its first frame. */
  toPng(image: Uint8Array): Promise<PngConversion>;
  /** Rewrites a mask for a reader of another polarity, as a PNG of the same size. */
  convertMask(mask: Uint8Array, from: MaskPolarity, to: MaskPolarity): Promise<MaskConversion>;
}

/** What the first bytes of an image tell. */
export interface ImageHeader {
  readonly mimeType: string;
  /** Pixels, as stored: an orientation in the metadata is not applied. */
  readonly width: number;
  readonly height: number;
}

/** How the conversion to PNG went. */
export type PngConversion =
  | { readonly kind: "converted"; readonly bytes: Uint8Array }
  /** The image is too large to be converted. */
  | { readonly kind: "impossible" }
  /** The bytes cannot be decoded as an image. */
  | { readonly kind: "broken" };

/** How the conversion of a mask went. A failure means that the bytes cannot be decoded as an image. */
export type MaskConversion =
  | { readonly kind: "converted"; readonly bytes: Uint8Array }
  | { readonly kind: "failed" };
