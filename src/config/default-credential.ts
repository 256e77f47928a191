import { Secret } from "../domain/secret.ts";
import { findProvider } from "../providers/list.ts";
import { vertexCredentialsVariable, vertexProjectVariable } from "./built-in-providers.ts";
import { isCredentialsJson } from "./credentials-json.ts";
import type { ReferenceSource } from "./references.ts";

/** What the environment gives to a built-in provider. */
export interface DefaultCredential {
  readonly keys?: readonly Secret[] | undefined;
  readonly project?: string | undefined;
  readonly credentials?: Secret | undefined;
}

/** A default, or why it cannot be had. */
export type DefaultCredentialResult =
  | { readonly kind: "credential"; readonly credential: DefaultCredential }
  | { readonly kind: "problem"; readonly message: string };

/**
 * Looks for a built-in provider's key in the environment variable of its
 * vendor's SDK, for an entry of the file that has none of its own. An unset or
 * empty variable is no problem: the provider is then not configured.
 */
export function defaultCredential(slug: string, source: ReferenceSource): DefaultCredentialResult {
  if (slug === "vertex") return vertexCredential(source);
  const variable = findProvider(slug)?.keyVariable;
  const key = variable === undefined ? undefined : source.environment[variable]?.trim();
  if (!key) return { kind: "credential", credential: {} };
  if (/^[\x21-\x7e]+$/.test(key)) {
    return { kind: "credential", credential: { keys: [new Secret(key)] } };
  }
  return {
    kind: "problem",
    message: `takes its key from ${variable}, which is not a key of printable characters without spaces`,
  };
}

function vertexCredential({ environment, readFile }: ReferenceSource): DefaultCredentialResult {
  const project = environment[vertexProjectVariable] || undefined;
  const path = environment[vertexCredentialsVariable];
  if (!path) return { kind: "credential", credential: { project } };
  let text: string;
  try {
    text = readFile(path);
  } catch {
    return unusableFile("that cannot be read");
  }
  if (!isCredentialsJson(text)) return unusableFile("that holds no credential");
  return { kind: "credential", credential: { project, credentials: new Secret(text) } };
}

function unusableFile(why: string): DefaultCredentialResult {
  return {
    kind: "problem",
    message: `takes its credentials from ${vertexCredentialsVariable}, which names a file ${why}`,
  };
}
