import type { OutageCause } from "./health.ts";
import type { Operation } from "./operation.ts";

/** A target that goes out, or is back. */
export type HealthChange = HealthSubject &
  (
    | {
        readonly kind: "out";
        readonly cause: OutageCause;
        /** Milliseconds. */
        readonly forMs: number;
        /** Which ejection of the outage it is, from 1. Undefined for any other cause. */
        readonly ejection?: number | undefined;
      }
    | {
        readonly kind: "back";
        /** How long it takes until it has its whole share again, in milliseconds. */
        readonly slowStartMs: number;
      }
  );

/** What it is about. A key that is out is so for every model, a model for every key. */
export interface HealthSubject {
  /** The provider's slug. */
  readonly provider: string;
  readonly upstreamModel: string;
  readonly operation: Operation;
  /** The key's fingerprint. Undefined for a provider that wants none. */
  readonly key: string | undefined;
}

/** Who is told of it, as it happens. */
export type HealthListener = (change: HealthChange) => void;
