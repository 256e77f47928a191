import type { HealthState, OutageCause } from "../domain/health.ts";
import type { Candidate } from "./plan.ts";

/** What planning is told of the health of targets: how they do at this moment. */
export interface HealthView {
  /** Whether there is nothing to tell: every target takes traffic by its whole weight. */
  readonly quiet: boolean;
  outlook(candidate: Candidate): Outlook;
}

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
