/**
 * The most tokens that an input image is read as, by the provider's name for the model.
 * Undefined where nobody says: OpenAI's tokens grow with an image's shape by rules that
 * differ from model to model.
 */
export function mostImageInputTokens(upstreamModel: string): number | undefined {
  return known.find(({ model }) => model.test(upstreamModel))?.tokens;
}

/** "560 to 1,120 on Gemini 3" (ai.google.dev, 2026-10-07). */
const known: readonly { readonly model: RegExp; readonly tokens: number }[] = [
  { model: /(?:^|\/)gemini-3[.-]/, tokens: 1120 },
];
