/** How a provider or a target does. `unknown`: nothing was sent to it lately. */
export type HealthState =
  | "unknown"
  | "healthy"
  /** Some of its attempts fail, not enough to eject it. */
  | "degraded"
  /** It asked to be left alone for a while. */
  | "cooling_down"
  /** It gets no traffic for a while. */
  | "ejected"
  /** It was ejected, and one request tests whether it is back. */
  | "probing";

/**
 * Why a target takes no traffic.
 *
 * - `ejected`: it failed too often
 * - `probing`: it did, and another request tests whether it is back
 * - `cooling_down`: it asked to be left alone
 * - `no_key`: no key of its provider is accepted and has quota
 * - `no_model`: its provider does not have the model
 */
export type OutageCause = "ejected" | "probing" | "cooling_down" | "no_key" | "no_model";

/** When a target is ejected, and for how long. */
export interface HealthSettings {
  /** So many failures in a row eject it; one that may have come from elsewhere counts half. */
  readonly failures: number;
  /** More than this share of failures ejects it, 0 to 1. */
  readonly ratio: number;
  /** A share is looked at from so many attempts in the window. */
  readonly minAttempts: number;
  /** The attempts of this time make the share, in milliseconds. */
  readonly windowMs: number;
  /** How long it is ejected the first time, in milliseconds; each time after that twice as long. */
  readonly ejectionMs: number;
  /** The longest ejection, in milliseconds. */
  readonly maxEjectionMs: number;
  /** How long it takes until it has its whole share again, in milliseconds. */
  readonly slowStartMs: number;
}

/** What holds where a configuration says nothing. */
export const defaultHealth: HealthSettings = {
  failures: 5,
  ratio: 0.5,
  minAttempts: 20,
  windowMs: 30_000,
  ejectionMs: 30_000,
  maxEjectionMs: 300_000,
  slowStartMs: 30_000,
};

/** A provider's settings, those of a rule in their place key by key. Undefined when neither says anything. */
export function mergeHealth(
  ofProvider: Partial<HealthSettings> | undefined,
  ofRule: Partial<HealthSettings> | undefined,
): HealthSettings | undefined {
  if (ofProvider === undefined && ofRule === undefined) return undefined;
  return { ...defaultHealth, ...ofProvider, ...ofRule };
}
