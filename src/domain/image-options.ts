/** The scale of an image: about the square root of its area in pixels. */
export type Resolution = "1K" | "2K" | "4K";

/** How much work goes into an image. */
export type Quality = "auto" | "low" | "medium" | "high";

/** What is behind the subject of an image. */
export type Background = "auto" | "transparent" | "opaque";

/** A file format that Spillway can write. */
export type ImageFormat = "png" | "jpeg" | "webp" | "avif" | "gif";

/** Whether an image arrives as bytes or as a link. */
export type ImageDelivery = "bytes" | "url";

/** The shape of an image. */
export type ImageSize =
  | { readonly kind: "pixels"; readonly width: number; readonly height: number }
  | { readonly kind: "aspect_ratio"; readonly width: number; readonly height: number };

/** How many images, and how they shall look and arrive. What is undefined is the provider's choice. */
export interface ImageOptions {
  /** 1 to 10. */
  readonly count: number;
  readonly size?: ImageSize | undefined;
  readonly resolution?: Resolution | undefined;
  readonly quality?: Quality | undefined;
  readonly background?: Background | undefined;
  /** 0 to 2^53 - 1. */
  readonly seed?: number | undefined;
  readonly format?: ImageFormat | undefined;
  /** 0 to 100; 100 keeps the most. */
  readonly compression?: number | undefined;
  readonly delivery?: ImageDelivery | undefined;
}
