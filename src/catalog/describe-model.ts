import type { Model, ModelOffer, Price } from "../domain/model.ts";
import { type Operation, operations } from "../domain/operation.ts";

/** Where prices were read, and when. */
export type PriceOrigin = Pick<Price, "source" | "asOf">;

/** For which images, or for which calls, a price holds. */
export type PricedFor = Pick<
  Price,
  "quality" | "resolution" | "size" | "upToPixels" | "upToInputTokens"
>;

/** Makes the prices of one origin, each in US dollars for one unit. */
export function pricesFrom(origin: PriceOrigin) {
  const price = (unit: Price["unit"], dollars: number, held: PricedFor = {}): Price => ({
    unit,
    nanoUsd: Math.round(dollars * 1e9),
    ...held,
    ...origin,
  });
  return {
    price,
    /** Per million tokens. */
    tokens: (unit: Price["unit"], dollars: number, held: PricedFor = {}): Price =>
      price(unit, dollars / 1e6, held),
    perImage: (dollars: number, held: PricedFor = {}): Price => price("image", dollars, held),
  };
}

/** The same prices at a provider that passes them on: only who says so differs. */
export function passedOn(prices: readonly Price[], origin: PriceOrigin): readonly Price[] {
  return prices.map((price) => ({ ...price, ...origin }));
}

/** One provider's version of a model. */
export function offer(
  provider: string,
  upstreamModel: string,
  operations: readonly Operation[],
  prices: readonly Price[] = [],
): ModelOffer {
  return { provider, upstreamModel, operations, prices };
}

/** An entry of the catalogue: it can do whatever one of its offers can. */
export function model(
  id: string,
  displayName: string,
  aliases: readonly string[],
  offers: readonly ModelOffer[],
): Model {
  const can = new Set(offers.flatMap((each) => each.operations));
  return {
    id,
    displayName,
    aliases,
    operations: operations.filter((operation) => can.has(operation)),
    offers,
  };
}

/** What most image models do. */
export const draws: readonly Operation[] = ["text_to_image"];

/** What an edit-only endpoint does. */
export const edits: readonly Operation[] = ["image_edit"];

/** What image models do that take images too. */
export const drawsAndEdits: readonly Operation[] = ["text_to_image", "image_edit"];

/** What upscalers do. */
export const enlarges: readonly Operation[] = ["image_upscale"];

/** What text models do. */
export const chats: readonly Operation[] = ["chat"];

/** Runware's pages of the models. What its own machines do is priced by their time, and told with each answer. */
export const runwarePrices: PriceOrigin = {
  source: "runware.ai/docs/models, the models' own pages",
  asOf: "2026-11-21",
};

/** What resellers charge for what they pass on: nothing on top. */
export const openRouterPrices: PriceOrigin = {
  source: "openrouter.ai: the maker's price, without a markup on inference",
  asOf: "2026-11-21",
};
