import { mostImageInputTokens } from "../catalog/image-input-tokens.ts";
import { matchPrice } from "../catalog/match-price.ts";
import { priceLine } from "../catalog/price-usage.ts";
import type { CostComponent } from "../domain/cost.ts";
import type { Price } from "../domain/model.ts";
import type { ImageTask } from "../domain/task.ts";

/**
 * What the words and images that an image is made from cost at most, where they are
 * billed by token: they are read anew for each image, since each may take a call of its
 * own. Undefined where nobody says how many tokens an input image is at most.
 */
export function estimateReading(
  prices: readonly Price[],
  task: ImageTask,
  upstreamModel: string,
): readonly CostComponent[] | undefined {
  const words = matchPrice(prices, "input_token", {}).certain;
  const pictures = matchPrice(prices, "image_input_token", {}).certain ?? words;
  const { count } = task.options;
  const components: CostComponent[] = [];
  const bytes = bytesOfWords(task);
  if (words !== undefined && bytes > 0) {
    components.push(priceLine("input_token", bytes * count, words.nanoUsd));
  }
  const images = imagesOf(task);
  if (pictures === undefined || images === 0) return components;
  const each = mostImageInputTokens(upstreamModel);
  if (each === undefined) return undefined;
  components.push(priceLine("image_input_token", images * each * count, pictures.nanoUsd));
  return components;
}

/** No token is shorter than a byte. */
function bytesOfWords(task: ImageTask): number {
  switch (task.operation) {
    case "text_to_image":
      return Buffer.byteLength(task.prompt) + Buffer.byteLength(task.negativePrompt);
    case "image_edit":
      return Buffer.byteLength(task.prompt);
    case "image_upscale":
      return 0;
  }
}

function imagesOf(task: ImageTask): number {
  switch (task.operation) {
    case "text_to_image":
      return 0;
    case "image_edit":
      return task.images.length + (task.mask === undefined ? 0 : 1);
    case "image_upscale":
      return 1;
  }
}
