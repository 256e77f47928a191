import { findProvider } from "./list.ts";
import type { Provider } from "./provider.ts";

/** Every built-in provider, in the order in which they are listed. */
export function builtInProviders(): readonly Provider[] {
  return builtInSlugs.map((slug) => {
    const provider = findProvider(slug);
    if (provider === undefined) throw new Error(`no provider: ${slug}`);
    return provider;
  });
}

const builtInSlugs = [
  "openrouter",
  "vertex",
  "gemini",
  "openai",
  "replicate",
  "fal",
  "fireworks",
  "runware",
  "xai",
  "alibaba",
] as const;
