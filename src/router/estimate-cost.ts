import { matchPrice, type PricedImage } from "../catalog/match-price.ts";
import { megapixelsOf, priceLine } from "../catalog/price-usage.ts";
import { addCosts, type Cost, type CostComponent, totalCost, unknownCost } from "../domain/cost.ts";
import type { ImageOptions } from "../domain/image-options.ts";
import type { ModelOffer, Price } from "../domain/model.ts";
import { areaOf, nearestTier, type Shape, tierEdge } from "../domain/shape.ts";
import type { ChatTask, ImageTask, Task } from "../domain/task.ts";
import { estimateReading } from "./estimate-reading.ts";
import type { Plan } from "./plan.ts";

/**
 * What a fitted task will cost by the catalogue: at most, where that depends on
 * what the provider chooses (a quality that is not said, the length of a token). A chat
 * has a bound only when it limits its answer and shows no images, and an edit whose
 * images are billed by token only where it is known how many they are. Unknown when the
 * catalogue has no price.
 */
export function estimateCost(offer: ModelOffer | undefined, task: Task): Cost {
  const prices = offer?.prices ?? [];
  if (prices.length === 0) return unknownCost;
  return task.operation === "chat"
    ? estimateChat(prices, task)
    : estimateImages(prices, task, offer?.upstreamModel ?? "");
}

/** What a plan costs when its first candidate succeeds, and when all fail but the last and bill all the same. */
export function estimatePlan(
  plan: Plan,
  maxAttempts: number,
): { readonly best: Cost; readonly worst: Cost } {
  const costs = plan.candidates.slice(0, maxAttempts).map(({ cost }) => cost);
  return { best: costs[0] ?? unknownCost, worst: costs.length > 0 ? addCosts(costs) : unknownCost };
}

function estimateImages(prices: readonly Price[], task: ImageTask, upstreamModel: string): Cost {
  const { operation, options } = task;
  const byArea = prices.some(({ unit }) => unit === "megapixel");
  // Where megapixels are billed, an input's count too, and they are not known.
  if (byArea && operation !== "text_to_image") return unknownCost;
  const known = knownOf(options);
  const components: CostComponent[] = [];
  for (const unit of ["image", "megapixel"] as const) {
    if (!prices.some((price) => price.unit === unit)) continue;
    const price = dearest(prices, unit, known);
    if (price === undefined) return unknownCost;
    const quantity = unit === "image" ? 1 : megapixelsOf(shapeOf(options));
    components.push(priceLine(unit, quantity * options.count, price.nanoUsd));
  }
  const reading = estimateReading(prices, task, upstreamModel);
  if (components.length === 0 || reading === undefined) return unknownCost;
  components.push(...reading);
  const input = matchPrice(prices, "input_image", {}).certain;
  if (input !== undefined && task.operation === "image_edit") {
    // Each image may take a call of its own.
    const quantity = task.images.length * options.count;
    components.push(priceLine("input_image", quantity, input.nanoUsd));
  }
  return totalCost(components);
}

function dearest(
  prices: readonly Price[],
  unit: Price["unit"],
  known: PricedImage,
): Price | undefined {
  const { certain, possible } = matchPrice(prices, unit, known);
  if (certain !== undefined) return certain;
  return possible.reduce<Price | undefined>(
    (most, price) => (most === undefined || price.nanoUsd > most.nanoUsd ? price : most),
    undefined,
  );
}

function knownOf({ quality, resolution, size }: ImageOptions): PricedImage {
  if (size?.kind !== "pixels") {
    return { quality, resolution, pixels: resolution && tierEdge(resolution) ** 2 };
  }
  return {
    quality,
    resolution: nearestTier(areaOf(size)),
    size: `${size.width}x${size.height}`,
    pixels: areaOf(size),
  };
}

function shapeOf({ resolution, size }: ImageOptions): Shape {
  if (size?.kind === "pixels") return size;
  const edge = tierEdge(resolution ?? "1K");
  return { width: edge, height: edge };
}

function estimateChat(prices: readonly Price[], task: ChatTask): Cost {
  if (task.maxOutputTokens === undefined) return unknownCost;
  const inputTokens = mostInputTokens(task);
  if (inputTokens === undefined) return unknownCost;
  const input = matchPrice(prices, "input_token", { inputTokens }).certain;
  const output = matchPrice(prices, "output_token", { inputTokens }).certain;
  if (input === undefined || output === undefined) return unknownCost;
  return totalCost([
    priceLine("input_token", inputTokens, input.nanoUsd),
    priceLine("output_token", task.maxOutputTokens, output.nanoUsd),
  ]);
}

/** A bound for the tokens of a conversation: no token is shorter than a byte. Undefined with images in it. */
function mostInputTokens(task: ChatTask): number | undefined {
  let bytes = 0;
  for (const { parts } of task.messages) {
    // What a model adds to mark a message and its speaker.
    bytes += 8;
    for (const part of parts) {
      if (part.kind === "image") return undefined;
      bytes += Buffer.byteLength(textOf(part));
    }
  }
  for (const tool of task.tools) bytes += Buffer.byteLength(JSON.stringify(tool));
  return bytes;
}

function textOf(part: Exclude<ChatTask["messages"][number]["parts"][number], { kind: "image" }>) {
  switch (part.kind) {
    case "text":
      return part.text;
    case "tool_call":
      return part.call.name + part.call.arguments;
    case "tool_result":
      return part.content;
  }
}
