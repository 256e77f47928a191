import type { Quality, Resolution } from "../domain/image-options.ts";
import type { Price } from "../domain/model.ts";

/** What is known of the images, or of the chat, that are to be priced. Undefined is not known. */
export interface PricedImage {
  readonly quality?: Quality | undefined;
  readonly resolution?: Resolution | undefined;
  /** "1024x1024". */
  readonly size?: string | undefined;
  /** How many pixels an image has. */
  readonly pixels?: number | undefined;
  /** How many tokens the call reads. */
  readonly inputTokens?: number | undefined;
}

/** The prices that hold for some images. */
export interface MatchedPrices {
  /** The one that certainly holds. */
  readonly certain?: Price | undefined;
  /** When none is certain: those that may hold, for all that is known. */
  readonly possible: readonly Price[];
}

/**
 * Finds the price of a unit. A price that names more of what is known wins over
 * one that names less; one that names nothing is the provider's default, and
 * holds wherever no other one certainly does.
 */
export function matchPrice(
  prices: readonly Price[],
  unit: Price["unit"],
  image: PricedImage,
): MatchedPrices {
  let certain: Price | undefined;
  let most = -1;
  let possible: readonly Price[] = noPrices;
  for (const price of prices) {
    if (price.unit !== unit) continue;
    const named = countMatches(price, image);
    if (named === "differs") continue;
    if (named === "unknown") possible = [...possible, price];
    else if (named > most) {
      most = named;
      certain = price;
    }
  }
  return { certain, possible: certain === undefined ? possible : noPrices };
}

const noPrices: readonly Price[] = [];

/** How much of what is known a price names, unless it names what is otherwise, or what is not known. */
function countMatches(price: Price, image: PricedImage): Match {
  const quality = compare(price.quality, image.quality === "auto" ? undefined : image.quality);
  const resolution = compare(price.resolution, image.resolution);
  const size = compare(price.size, image.size);
  const pixels = compareMost(price.upToPixels, image.pixels);
  const length = compareMost(price.upToInputTokens, image.inputTokens);
  return both(both(both(quality, resolution), both(size, pixels)), length);
}

type Match = number | "unknown" | "differs";

function both(one: Match, other: Match): Match {
  if (one === "differs" || other === "differs") return "differs";
  if (one === "unknown" || other === "unknown") return "unknown";
  return one + other;
}

/** 1 when they are the same, and 0 when nothing is named. */
function compare(named: string | undefined, known: string | undefined): Match {
  if (named === undefined) return 0;
  if (known === undefined) return "unknown";
  return named === known ? 1 : "differs";
}

/** 1 when it is no more, and 0 when nothing is named. */
function compareMost(most: number | undefined, known: number | undefined): Match {
  if (most === undefined) return 0;
  if (known === undefined) return "unknown";
  return known <= most ? 1 : "differs";
}
