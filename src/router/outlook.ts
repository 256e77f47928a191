import type { HealthState, OutageCause } from "../domain/health.ts";

/** How a target does. */
export interface Outlook {
  readonly state: HealthState;
  /** Why it takes no traffic. Undefined when it does. */
  readonly out?: Outage | undefined;
  /** The part of its weight that it has while it comes back, 0 to 1. */
  readonly weightFactor: number;
}

/** Why a target takes no traffic, and for how long. */
export interface Outage {
  readonly cause: OutageCause;
  /** Milliseconds. 0 when nobody knows. */
  readonly leftMs: number;
}
