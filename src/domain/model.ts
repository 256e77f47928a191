import type { Quality, Resolution } from "./image-options.ts";
import type { OfferLimits } from "./offer-limits.ts";
import type { Operation } from "./operation.ts";

/** An entry of the catalogue. */
export interface Model {
  readonly id: string;
  readonly displayName: string;
  readonly aliases: readonly string[];
  readonly operations: readonly Operation[];
  readonly offers: readonly ModelOffer[];
}

/** One provider's version of a model. */
export interface ModelOffer {
  /** The provider's slug. */
  readonly provider: string;
  readonly upstreamModel: string;
  readonly operations: readonly Operation[];
  /** Empty when the price is not known. */
  readonly prices: readonly Price[];
  /** What is asked of it at most. Undefined: whatever the provider can do. */
  readonly limits?: OfferLimits | undefined;
}

/** What one unit costs. */
export interface Price {
  readonly unit:
    | "image"
    | "input_image"
    | "megapixel"
    | "input_token"
    | "image_input_token"
    | "output_token"
    | "image_output_token"
    | "second";
  /** Billionths of a US dollar for one unit. */
  readonly nanoUsd: number;
  /** For which images, where the price depends on that. */
  readonly quality?: Quality | undefined;
  readonly resolution?: Resolution | undefined;
  /** "1024x1024". */
  readonly size?: string | undefined;
  /** For images of at most so many pixels. */
  readonly upToPixels?: number | undefined;
  /** For calls that read at most so many tokens, where the price depends on that. */
  readonly upToInputTokens?: number | undefined;
  readonly source: string;
  /** YYYY-MM-DD. */
  readonly asOf: string;
}

/** The catalogue, made ready for look-up by the names that callers use. */
export interface Catalog {
  /** By id. */
  readonly models: readonly Model[];
  /** The model with this id or alias. */
  find(name: string): Model | undefined;
  /** This provider's offer of a model, by the name that the provider uses. */
  findOffer(provider: string, upstreamModel: string): ModelOffer | undefined;
  /** Names close to this one, the closest first, at most `limit`. */
  suggest(name: string, limit: number): readonly string[];
}
