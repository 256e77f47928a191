import { type Cost, type CostComponent, totalCost, unknownCost } from "../domain/cost.ts";
import type { ModelOffer, Price } from "../domain/model.ts";
import { areaOf, nearestTier, type Shape } from "../domain/shape.ts";
import type { Task } from "../domain/task.ts";
import type { Usage } from "../domain/usage.ts";
import { matchPrice, type PricedImage } from "./match-price.ts";

/** What a provider did, as far as it can be billed. */
export interface PricedWork {
  /** The task as it was sent. */
  readonly task: Task;
  readonly usage: Usage;
  /** The images that came, with the size that was read from their bytes. */
  readonly images: readonly Shape[];
}

/**
 * What a provider's work costs by the catalogue: by its tokens where it counts
 * them and they have prices, else by machine time, else by the units that it says it
 * bills, else by images and megapixels.
 * Unknown when the catalogue lacks the offer or a price, or when it is not
 * certain which of several prices holds. A cost that the provider reports itself
 * is always better than this.
 */
export function priceUsage(offer: ModelOffer | undefined, work: PricedWork): Cost {
  const prices = offer?.prices ?? [];
  const components =
    priceTokens(prices, work) ??
    priceSeconds(prices, work) ??
    priceUnits(prices, work) ??
    priceImages(prices, work);
  return components === undefined ? unknownCost : totalCost(components);
}

/** One line of a bill. */
export function priceLine(unit: string, quantity: number, nanoUsd: number): CostComponent {
  return { unit, quantity, micros: Math.round((quantity * nanoUsd) / 1000) };
}

/**
 * How many megapixels an image counts as: begun ones count whole. One is 2^20
 * pixels, so that 1024 x 1024 is one, and so is what blocks of pixels add to it.
 */
export function megapixelsOf(shape: Shape): number {
  return Math.max(1, Math.ceil(areaOf(shape) / 2 ** 20 - 0.02));
}

/** Each kind of token at its price. Undefined when a number or a price is missing. */
function priceTokens(
  prices: readonly Price[],
  { task, usage, images }: PricedWork,
): readonly CostComponent[] | undefined {
  const { inputTokens, outputTokens, reasoningTokens = 0 } = usage;
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  // Where a provider does not tell images from words, what an edit reads are images, and so
  // is what is written with images and was not only thought.
  const imageInput = has(prices, "image_input_token")
    ? (usage.imageInputTokens ?? (task.operation === "image_edit" ? inputTokens : 0))
    : 0;
  const imageOutput =
    usage.imageOutputTokens ?? (images.length === 0 ? 0 : outputTokens - reasoningTokens);
  const components: CostComponent[] = [];
  const priced =
    addTokens("image_input_token", imageInput) &&
    addTokens("input_token", inputTokens - imageInput) &&
    addTokens("image_output_token", imageOutput) &&
    addTokens("output_token", outputTokens - imageOutput);
  return priced && components.length > 0 ? components : undefined;

  /** Adds the line of one kind of token, if there are any. False when their price is missing. */
  function addTokens(unit: Price["unit"], quantity: number): boolean {
    if (quantity <= 0) return true;
    const price = matchPrice(prices, unit, { inputTokens }).certain;
    if (price === undefined) return false;
    components.push(priceLine(unit, quantity, price.nanoUsd));
    return true;
  }
}

const nothingKnown: PricedImage = {};

function has(prices: readonly Price[], unit: Price["unit"]): boolean {
  return prices.some((price) => price.unit === unit);
}

function priceSeconds(
  prices: readonly Price[],
  { usage }: PricedWork,
): readonly CostComponent[] | undefined {
  const price = matchPrice(prices, "second", {}).certain;
  if (price === undefined || usage.seconds === undefined) return undefined;
  return [priceLine("second", usage.seconds, price.nanoUsd)];
}

/** Undefined where there are several prices: then nobody knows of which one these are the units. */
function priceUnits(
  prices: readonly Price[],
  { usage }: PricedWork,
): readonly CostComponent[] | undefined {
  const [price] = prices;
  if (usage.billedUnits === undefined || price === undefined || prices.length > 1) return undefined;
  if (matchPrice(prices, price.unit, nothingKnown).certain === undefined) return undefined;
  return [priceLine(price.unit, usage.billedUnits, price.nanoUsd)];
}

function priceImages(
  prices: readonly Price[],
  { task, images }: PricedWork,
): readonly CostComponent[] | undefined {
  if (task.operation === "chat" || images.length === 0) return undefined;
  // Where megapixels are billed, an input's count too, and they are not known.
  const byArea = has(prices, "megapixel");
  if (byArea && task.operation !== "text_to_image") return undefined;
  const components: CostComponent[] = [];
  for (const image of images) {
    const known = {
      quality: task.options.quality,
      resolution: nearestTier(areaOf(image)),
      size: `${image.width}x${image.height}`,
      pixels: areaOf(image),
    };
    const each = matchPrice(prices, "image", known).certain;
    const area = matchPrice(prices, "megapixel", known).certain;
    if (each === undefined && (area === undefined || has(prices, "image"))) return undefined;
    if (byArea && area === undefined) return undefined;
    if (each !== undefined) components.push(priceLine("image", 1, each.nanoUsd));
    if (area !== undefined) {
      components.push(priceLine("megapixel", megapixelsOf(image), area.nanoUsd));
    }
  }
  const input = matchPrice(prices, "input_image", nothingKnown).certain;
  if (input !== undefined && task.operation === "image_edit") {
    components.push(priceLine("input_image", task.images.length, input.nanoUsd));
  }
  return merge(components);
}

/** One line for each unit. */
function merge(components: readonly CostComponent[]): readonly CostComponent[] {
  const lines = new Map<string, CostComponent>();
  for (const { unit, quantity, micros } of components) {
    const line = lines.get(unit);
    lines.set(unit, {
      unit,
      quantity: quantity + (line?.quantity ?? 0),
      micros: micros + (line?.micros ?? 0),
    });
  }
  return [...lines.values()];
}
