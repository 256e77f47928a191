/** What a provider counted. What is undefined it did not say. */
export interface Usage {
  /** Tokens read, cached ones included. */
  readonly inputTokens?: number | undefined;
  /** Tokens written, reasoning and images included. */
  readonly outputTokens?: number | undefined;
  /** Of the tokens read, those that are images. */
  readonly imageInputTokens?: number | undefined;
  readonly cachedInputTokens?: number | undefined;
  readonly reasoningTokens?: number | undefined;
  readonly imageOutputTokens?: number | undefined;
  /** Seconds of machine time, where that is what is billed. */
  readonly seconds?: number | undefined;
  /** What is billed, in the unit of the provider's price: images, begun megapixels. */
  readonly billedUnits?: number | undefined;
}

/** Nothing was counted. */
export const noUsage: Usage = {};

/** Adds what two calls counted. */
export function addUsage(left: Usage, right: Usage): Usage {
  if (left === noUsage) return right;
  return {
    inputTokens: add(left.inputTokens, right.inputTokens),
    outputTokens: add(left.outputTokens, right.outputTokens),
    imageInputTokens: add(left.imageInputTokens, right.imageInputTokens),
    cachedInputTokens: add(left.cachedInputTokens, right.cachedInputTokens),
    reasoningTokens: add(left.reasoningTokens, right.reasoningTokens),
    imageOutputTokens: add(left.imageOutputTokens, right.imageOutputTokens),
    seconds: add(left.seconds, right.seconds),
    billedUnits: add(left.billedUnits, right.billedUnits),
  };
}

function add(left: number | undefined, right: number | undefined): number | undefined {
  if (left === undefined) return right;
  return right === undefined ? left : left + right;
}
