import type { Config, ProviderConfig } from "../config/config.ts";
import { operations } from "../domain/operation.ts";
import { Secret } from "../domain/secret.ts";
import type { Endpoint, Fleet } from "../providers/endpoint.ts";
import type { EndpointSettings } from "../providers/endpoint-settings.ts";
import { builtInProviders, findProvider } from "../providers/list.ts";
import type { Provider } from "../providers/provider.ts";

/**
 * Makes the fleet of a configuration: every built-in provider, configured or
 * not, then the custom ones in the order of the file.
 *
 * In sandbox mode a provider without an address of its own becomes the embedded
 * one, listed in the file or not: `embedded` says where each is, by slug, and
 * under "compatible" where an OpenAI-compatible server without a slug of its own is.
 */
export function buildFleet(config: Config, embedded: Readonly<Record<string, string>>): Fleet {
  const configured = new Map(config.providers.map((entry) => [entry.slug, entry]));
  const fleet = new Map<string, Endpoint>();
  for (const provider of builtInProviders) {
    const slug = provider.type;
    fleet.set(slug, endpoint(slug, provider, configured.get(slug), embedded[slug]));
  }
  for (const entry of config.providers) {
    if (fleet.has(entry.slug)) continue;
    const provider = findProvider(entry.type);
    if (provider === undefined) throw new Error(`no provider of type ${entry.type}`);
    const embeddedUrl = embedded[entry.slug] ?? embedded["compatible"];
    fleet.set(entry.slug, endpoint(entry.slug, provider, entry, embeddedUrl));
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
  const keys = entry === undefined ? [] : keysOf(entry);
  const settings = settingsOf(provider, entry, sandbox);
  return {
    slug,
    provider,
    baseUrl: sandbox ? embeddedUrl : baseUrlOf(provider, entry, settings),
    // A real key never goes to an embedded provider, which takes any.
    keys: sandbox ? [embeddedKey] : keys,
    configured: sandbox || (entry !== undefined && isConfigured(provider, entry, keys)),
    sandbox,
    operations: entry?.operations?.filter((operation) => can.includes(operation)) ?? can,
    models: entry?.models,
    timeoutMs: entry?.timeoutMs,
    maxConcurrent: entry?.maxConcurrent,
    settings,
    health: entry?.health,
  };
}

/** A credential of Vertex AI's is a key among others: the next one serves when it is refused. */
function keysOf({ keys, credentials }: ProviderConfig): readonly Secret[] {
  return credentials === undefined ? keys : [...keys, credentials];
}

function settingsOf(
  provider: Provider,
  entry: ProviderConfig | undefined,
  sandbox: boolean,
): EndpointSettings {
  const settings = entry?.settings ?? {};
  if (provider.credential.kind !== "google_oauth") return settings;
  // Every path at Vertex AI names a project; the embedded one takes any.
  const project = entry?.project ?? (sandbox ? "sandbox" : undefined);
  return { ...settings, project, location: entry?.location };
}

function baseUrlOf(
  provider: Provider,
  entry: ProviderConfig | undefined,
  settings: EndpointSettings,
): string {
  const written = entry?.baseUrl;
  if (written === undefined) return provider.baseUrlFor?.(settings) ?? provider.defaultBaseUrl;
  return provider.normalizeBaseUrl?.(written) ?? written;
}

/** A server of the operator's own may want no key; a vendor always does. */
function isConfigured(provider: Provider, entry: ProviderConfig, keys: readonly Secret[]): boolean {
  if (provider.credential.kind === "google_oauth") {
    const hasCredential = keys.length > 0 || entry.machineCredential === true;
    return hasCredential && entry.project !== undefined;
  }
  return keys.length > 0 || provider.kind === "custom";
}

const embeddedKey = new Secret("sandbox");
