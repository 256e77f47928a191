import type { Secret } from "../domain/secret.ts";
import type { EndpointSettings } from "../providers/endpoint-settings.ts";
import type { CredentialScheme } from "../providers/provider.ts";

/** A header and its value. */
export interface CredentialHeader {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
}

/**
 * The header that presents a key. Undefined when there is no key, or when the
 * provider takes a token in its place. `settings.authHeader` moves the key to another header,
 * where it stands alone: a prefix belongs to the header that the provider named.
 */
export function credentialHeader(
  scheme: CredentialScheme,
  key: Secret | undefined,
  settings: EndpointSettings,
): CredentialHeader | undefined {
  if (key === undefined) return undefined;
  const own = scheme.kind === "header" ? scheme.name.toLowerCase() : undefined;
  const name = settings.authHeader?.toLowerCase() ?? own;
  if (name === undefined) return undefined;
  const prefix = scheme.kind === "header" && name === own ? scheme.prefix : "";
  return { name, value: prefix + key.reveal() };
}
