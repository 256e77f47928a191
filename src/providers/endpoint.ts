import type { HealthSettings } from "../domain/health.ts";
import type { Operation } from "../domain/operation.ts";
import type { Secret } from "../domain/secret.ts";
import type { EndpointSettings } from "./endpoint-settings.ts";
import type { Provider } from "./provider.ts";

/** A provider as it is configured here: where it is, with which keys, and what may be sent to it. */
export interface Endpoint {
  readonly slug: string;
  readonly provider: Provider;
  /** Origin and prefix, without a slash at the end. */
  readonly baseUrl: string;
  /** Empty for an endpoint that wants none. */
  readonly keys: readonly Secret[];
  /** Whether it has what it needs to be called. */
  readonly configured: boolean;
  /** Whether it is the embedded imitation. */
  readonly sandbox: boolean;
  readonly operations: readonly Operation[];
  /** Globs of the models that it serves. Undefined means any. */
  readonly models?: readonly string[] | undefined;
  /** The time of one attempt, in milliseconds, in place of the provider's default. */
  readonly timeoutMs?: number | undefined;
  /** How many attempts may run there at the same time. Undefined means any number. */
  readonly maxConcurrent?: number | undefined;
  readonly settings: EndpointSettings;
  /** What differs from the defaults for when its targets are ejected. */
  readonly health?: Partial<HealthSettings> | undefined;
}

/** Every endpoint by slug: all built-in ones, configured or not, then the custom ones. */
export type Fleet = ReadonlyMap<string, Endpoint>;
