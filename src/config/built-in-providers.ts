/** The slugs of the built-in providers, in the order in which they are listed. */
export const builtInSlugs = [
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

/** The type of a provider that is no built-in one. */
export const customType = "openai-compatible";

/** Tells whether a slug is a built-in provider's. */
export function isBuiltIn(slug: string): boolean {
  return (builtInSlugs as readonly string[]).includes(slug);
}

/**
 * The environment variable that gives a provider its key when its entry in the
 * file has no `keys`: the name that the vendor's own SDK reads.
 */
export const keyVariables: Readonly<Record<string, string>> = {
  openrouter: "OPENROUTER_API_KEY",
  gemini: "GEMINI_API_KEY",
  openai: "OPENAI_API_KEY",
  replicate: "REPLICATE_API_TOKEN",
  fal: "FAL_KEY",
  fireworks: "FIREWORKS_API_KEY",
  runware: "RUNWARE_API_KEY",
  xai: "XAI_API_KEY",
  alibaba: "DASHSCOPE_API_KEY",
};

/** Where Vertex finds its service account, as a path to a file. */
export const vertexCredentialsVariable = "GOOGLE_APPLICATION_CREDENTIALS";

/** Where Vertex finds its project. */
export const vertexProjectVariable = "GOOGLE_CLOUD_PROJECT";
