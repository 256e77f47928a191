import { builtInProviders } from "../providers/list.ts";

/** The slugs of the built-in providers, in the order in which they are listed. */
export const builtInSlugs: readonly string[] = builtInProviders.map(({ type }) => type);

/** The type of a provider that is no built-in one. */
export const customType = "openai-compatible";

/** Tells whether a slug is a built-in provider's. */
export function isBuiltIn(slug: string): boolean {
  return builtInSlugs.includes(slug);
}

/** Where Vertex finds its service account, as a path to a file. */
export const vertexCredentialsVariable = "GOOGLE_APPLICATION_CREDENTIALS";

/** Where Vertex finds its project. */
export const vertexProjectVariable = "GOOGLE_CLOUD_PROJECT";
