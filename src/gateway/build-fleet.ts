import type { Config, ProviderConfig } from "../config/config.ts";
import { operations } from "../domain/operation.ts";
import { Secret } from "../domain/secret.ts";
import { builtInProviders, type ProviderProfile } from "../providers/directory.ts";
import type { Endpoint, Fleet } from "../providers/endpoint.ts";
import { findProvider } from "../providers/list.ts";
import type { Provider } from "../providers/provider.ts";

/**
 * Makes the fleet of a configuration: every built-in provider, configured or
 * not, then the custom ones in the order of the file.
 *
 * In sandbox mode a provider without an address of its own becomes the embedded
 * one, listed in the file or not: `embedded` says where each is, by slug, and
 * under "compatible" where the generic OpenAI-compatible server is.
 */
export function buildFleet(config: Config, embedded: Readonly<Record<string, string>>): Fleet {
  const configured = new Map(config.providers.map((entry) => [entry.slug, entry]));
  const fleet = new Map<string, Endpoint>();
  for (const profile of builtInProviders()) {
    const entry = configured.get(profile.type);
    const provider = findProvider(profile.type) ?? withoutDialect(profile);
    fleet.set(profile.type, endpoint(profile.type, provider, entry, embedded[profile.type]));
  }
  for (const entry of config.providers) {
    if (fleet.has(entry.slug)) continue;
    const provider = findProvider(entry.type);
    if (provider === undefined) throw new Error(`no provider of type ${entry.type}`);
    fleet.set(entry.slug, endpoint(entry.slug, provider, entry, embedded["compatible"]));
  }
  return fleet;
}

function endpoint(
  slug: string,
  provider: Provider,
  entry: ProviderConfig | undefined,
  embeddedUrl: string | undefined,
): Endpoint {
  const sandbox = embeddedUrl !== undefined && entry?.baseUrl === undefined;
  const can = operations.filter((operation) => provider.operations[operation] !== undefined);
  const keys = entry?.keys ?? [];
  // A server of the operator's own may want no key; a vendor always does.
  const hasKeys = keys.length > 0 || provider.kind === "custom";
  return {
    slug,
    provider,
    baseUrl: sandbox ? embeddedUrl : (entry?.baseUrl ?? provider.defaultBaseUrl),
    // A real key never goes to an embedded provider, which takes any.
    keys: sandbox ? [embeddedKey] : keys,
    configured: sandbox || (entry !== undefined && hasKeys),
    sandbox,
    operations: entry?.operations?.filter((operation) => can.includes(operation)) ?? can,
    models: entry?.models,
    timeoutMs: entry?.timeoutMs,
    settings: entry?.settings ?? {},
  };
}

const embeddedKey = new Secret("sandbox");

/** A built-in provider that Spillway does not speak to yet: it is listed, and can do nothing. */
function withoutDialect(profile: ProviderProfile): Provider {
  return {
    ...profile,
    defaultBaseUrl: "",
    keyVariable: "",
    credential: { kind: "none" },
    operations: {},
    failure: () => {
      throw new Error(`${profile.type} cannot be called`);
    },
  };
}
