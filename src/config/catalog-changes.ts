import type { CatalogChanges, ModelChange, OfferChange } from "../catalog/merge-models.ts";
import type { Price } from "../domain/model.ts";
import {
  type CheckedModel,
  type CheckedOffer,
  type CheckedPrice,
  priceUnits,
  remove,
} from "./catalog-schema.ts";

/** What a catalogue file says of every price that says nothing else. */
export interface PriceDefaults {
  readonly source?: string | undefined;
  readonly asOf?: string | undefined;
}

/** Puts the entries of a catalogue file into the catalogue's terms. */
export function changesOf(
  models: Iterable<readonly [id: string, entry: CheckedModel | typeof remove]>,
  defaults: PriceDefaults,
): CatalogChanges {
  return mapEntries(models, (entry) => modelChange(entry, defaults));
}

function modelChange(entry: CheckedModel, defaults: PriceDefaults): ModelChange {
  return {
    replace: entry.replace,
    displayName: entry.name,
    aliases: entry.aliases,
    offers: mapEntries(Object.entries(entry.offers), (ofProvider) =>
      mapEntries(Object.entries(ofProvider), (offer) => offerChange(offer, defaults)),
    ),
  };
}

function offerChange(offer: CheckedOffer, defaults: PriceDefaults): OfferChange {
  const { model, operations, prices, limits } = offer;
  return {
    upstreamModel: model,
    operations,
    prices: prices?.map((price) => priceOf(price, defaults)),
    limits: limits && {
      maxCount: limits.max_count,
      sizes: limits.sizes,
      aspectRatios: limits.aspect_ratios,
      resolutions: limits.resolutions,
      qualities: limits.qualities,
      maxInputImages: limits.max_input_images,
    },
  };
}

/** The amount has no more decimals than billionths for one unit, so that rounding only takes away what binary fractions add. */
function priceOf(price: CheckedPrice, defaults: PriceDefaults): Price {
  const { unit, count } = priceUnits[price.per];
  return {
    unit,
    nanoUsd: Math.round((price.usd * 1e9) / count),
    quality: price.quality,
    resolution: price.resolution,
    size: price.size,
    upToPixels: price.up_to_pixels,
    upToInputTokens: price.up_to_input_tokens,
    source: price.source ?? defaults.source ?? "",
    asOf: price.as_of ?? defaults.asOf ?? "",
  };
}

function mapEntries<From, To>(
  entries: Iterable<readonly [string, From | typeof remove]>,
  change: (entry: From) => To,
): ReadonlyMap<string, To | typeof remove> {
  return new Map(
    [...entries].map(([key, entry]) => [key, entry === remove ? remove : change(entry)] as const),
  );
}
