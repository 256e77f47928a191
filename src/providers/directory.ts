import { providers } from "./list.ts";
import type { Provider } from "./provider.ts";

/** What is told of a provider in lists. */
export type ProviderProfile = Pick<
  Provider,
  "type" | "displayName" | "description" | "kind" | "websiteUri" | "statusPageUri"
>;

/**
 * Every built-in provider, in the order in which they are listed. One that Spillway
 * does not speak to yet is here all the same: it is listed as not configured.
 */
export function builtInProviders(): readonly ProviderProfile[] {
  return builtInSlugs.map(profileOf);
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

type BuiltInSlug = (typeof builtInSlugs)[number];

function profileOf(slug: BuiltInSlug): ProviderProfile {
  const provider = providers.find((candidate) => candidate.type === slug) ?? announced[slug];
  if (provider === undefined) throw new Error(`no provider and no profile: ${slug}`);
  return provider;
}

/** Those to whom Spillway does not speak yet. An entry goes when its provider comes. */
const announced: Readonly<Partial<Record<BuiltInSlug, ProviderProfile>>> = {
  runware: {
    type: "runware",
    displayName: "Runware",
    description: "Image models of many makers behind one task API.",
    kind: "image",
    websiteUri: "https://runware.ai",
    statusPageUri: "https://status.runware.ai",
  },
};
