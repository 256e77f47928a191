import type { Clock } from "../../domain/clock.ts";
import { type MeterGate, silentGateMeter } from "../../domain/gate-meter.ts";
import type { Random } from "../../domain/random.ts";
import type { Gate } from "../../failover/gate.ts";
import type { Endpoint } from "../../providers/endpoint.ts";
import { AdmissionGate, type GateLimits } from "./admission-gate.ts";
import { type Execute, limitRequests } from "./limit-requests.ts";

/** What the gates of a process are made of. */
export interface AdmissionParts {
  /** Those of the whole gateway. Its queue and longest wait are each provider's too. */
  readonly limits: GateLimits;
  readonly clock: Clock;
  readonly random: Random;
  readonly meterGate?: MeterGate | undefined;
}

/**
 * Who may run: one gate for all requests, and one for each provider that takes
 * only so many attempts at a time. It outlives the gateway when a reload replaces
 * it, since what runs goes on.
 */
export interface Admission {
  /** Lets requests be done only as far as the gate for all allows. */
  limit(execute: Execute): Execute;
  /** The gate of a provider. Undefined: it has no limit. */
  gateOf(endpoint: Endpoint): Gate | undefined;
}

/** Makes the gates of a process. */
export function createAdmission(parts: AdmissionParts): Admission {
  const { limits, clock, random, meterGate } = parts;
  const open = (maxConcurrent: number, provider?: string): Gate =>
    new AdmissionGate({
      limits: { ...limits, maxConcurrent },
      clock,
      random,
      meter: meterGate?.(provider) ?? silentGateMeter,
    });
  const all = open(limits.maxConcurrent);
  const gates = new Map<string, Gate>();
  return {
    limit: (execute) => limitRequests(all, execute),
    gateOf({ slug, maxConcurrent }) {
      if (maxConcurrent === undefined) return undefined;
      // Another limit is another gate: requests under way keep the one that they know.
      const key = `${slug} ${maxConcurrent}`;
      let gate = gates.get(key);
      if (gate === undefined) {
        gate = open(maxConcurrent, slug);
        gates.set(key, gate);
      }
      return gate;
    },
  };
}
