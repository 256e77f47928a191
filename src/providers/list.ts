import { alibaba } from "./alibaba.ts";
import { deepinfra } from "./deepinfra.ts";
import { fal } from "./fal.ts";
import { fireworks } from "./fireworks.ts";
import { gemini } from "./gemini.ts";
import { openai } from "./openai.ts";
import { openaiCompatible } from "./openai-compatible.ts";
import { openrouter } from "./openrouter.ts";
import type { Provider } from "./provider.ts";
import { replicate } from "./replicate.ts";
import { runware } from "./runware.ts";
import { vertex } from "./vertex.ts";
import { xai } from "./xai.ts";

/** Every built-in provider, in the order in which they are listed. Adding one: import it and put it here. */
export const builtInProviders: readonly Provider[] = [
  openrouter,
  vertex,
  gemini,
  openai,
  replicate,
  fal,
  fireworks,
  runware,
  xai,
  alibaba,
  deepinfra,
];

/** Every provider that Spillway speaks to: the built-in ones, and servers of the operator's own. */
export const providers: readonly Provider[] = [...builtInProviders, openaiCompatible];

/** The provider of a type: the `type` of the configuration, or a built-in slug. */
export function findProvider(type: string): Provider | undefined {
  return providers.find((provider) => provider.type === type);
}
