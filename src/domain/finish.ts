import type { Adjustment } from "./adjustment.ts";
import type { Failure } from "./failure.ts";
import type { ImageDelivery, ImageFormat, ImageSize, Resolution } from "./image-options.ts";
import type { FinishedImage, ProviderImage } from "./output.ts";

/** What to make of a provider's images. */
export interface Finish {
  /** Convert to this format unless the bytes already have it. Undefined means leave them. */
  readonly format?: ImageFormat | undefined;
  /** With `format`: write the file anew with this compression, even when it has the format already. */
  readonly compression?: number | undefined;
  /** The compression that the provider was asked for: it holds as well where another format than asked for is converted. */
  readonly askedCompression?: number | undefined;
  /** The size that the provider is asked for. Undefined means that the caller does not say. */
  readonly size?: AskedSize | undefined;
  /** The scale that the provider is asked for. Undefined means that the caller does not say, or cannot have one. */
  readonly scale?: AskedScale | undefined;
  /** Undefined means as the provider delivers. */
  readonly delivery?: ImageDelivery | undefined;
  /** Whether a link of the provider's own is other than was planned, so that it is reported. Undefined means no. */
  readonly linkIsUnplanned?: boolean | undefined;
}

/** A size that a provider is asked for, and the caller's wish that it stands for. */
export interface AskedSize {
  readonly asked: ImageSize;
  readonly field: "options.pixels" | "options.aspect_ratio";
  /** As the caller has it: "1024x768", "16:9". */
  readonly requested: string;
}

/** A scale that a provider is asked for, and the caller's wish that it stands for. */
export interface AskedScale {
  /** About so many pixels. */
  readonly area: number;
  readonly requested: Resolution;
}

/** Makes a provider's image ready for the caller. */
export type FinishImage = (image: ProviderImage, job: FinishJob) => Promise<FinishResult>;

/**
 * Makes an unfinished version of an image ready, without converting it.
 * Undefined when there is nothing to show.
 */
export type FinishPartialImage = (
  image: ProviderImage,
  provider: string,
) => FinishedImage | undefined;

/** What to make of one image, and with what. */
export interface FinishJob {
  readonly finish: Finish;
  /** The slug of the provider that made it. */
  readonly provider: string;
  /** The time that is left for it, in milliseconds; asked when it matters. */
  timeLeftMs(): number;
  /** Fetches what a provider's answer points to, within the attempt's time. */
  fetchFile(file: FileToFetch): Promise<FetchedFile>;
}

/** How much of which file. */
export interface FileToFetch {
  readonly url: string;
  /** The most bytes to accept. */
  readonly maxBytes: number;
  /** Only this many bytes from the start. Undefined means the whole file. */
  readonly prefixBytes?: number | undefined;
}

/** What a fetch gave. */
export type FetchedFile =
  | { readonly kind: "file"; readonly bytes: Uint8Array }
  | { readonly kind: "failed"; readonly failure: Failure };

/** How it went. A failure comes after the provider did its work: it is sent, and billed. */
export type FinishResult =
  | {
      readonly kind: "finished";
      readonly image: FinishedImage;
      /** How the image arrives otherwise than was planned. */
      readonly adjustments: readonly Adjustment[];
    }
  | { readonly kind: "failed"; readonly failure: Failure };
