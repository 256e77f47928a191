import type { Attempt } from "../domain/attempt.ts";
import { failureTable } from "../failover/failure-table.ts";

/** What was seen of a provider lately. */
export interface ProviderRecord {
  /** The median of its successful attempts, in milliseconds. Undefined when there were none. */
  readonly latencyMs?: number | undefined;
  /** 0 to 1. Undefined when no attempt says anything about it. */
  readonly successRate?: number | undefined;
}

/** How many attempts of each provider are remembered. */
const remembered = 128;

/**
 * Remembers the last attempts of each provider, for ListProviders. It steers
 * nothing. What is the caller's doing, like a refusal or a cancellation, says
 * nothing about a provider and is not counted.
 */
export class ProviderStatistics {
  readonly #byProvider = new Map<string, Ring>();

  /** Takes note of the attempts of a request that has ended. */
  record(attempts: readonly Attempt[]): void {
    for (const attempt of attempts) {
      if (attempt.outcome === undefined || attempt.outcome === "skipped") continue;
      if (attempt.failure && failureTable[attempt.failure].health === "none") continue;
      let ring = this.#byProvider.get(attempt.provider);
      if (ring === undefined) {
        ring = new Ring();
        this.#byProvider.set(attempt.provider, ring);
      }
      ring.add(attempt.outcome === "succeeded" ? (attempt.durationMs ?? 0) : failed);
    }
  }

  /** A provider is somebody else from now on: what was seen of it says nothing. */
  forget(provider: string): void {
    this.#byProvider.delete(provider);
  }

  /** What was seen of this provider. */
  of(provider: string): ProviderRecord {
    const durations = this.#byProvider.get(provider)?.values() ?? [];
    if (durations.length === 0) return {};
    const successes = durations.filter((duration) => duration !== failed).sort((a, b) => a - b);
    return {
      successRate: successes.length / durations.length,
      latencyMs: successes[Math.floor((successes.length - 1) / 2)],
    };
  }
}

/** Stands for the duration of an attempt that failed. */
const failed = -1;

class Ring {
  readonly #slots = new Float64Array(remembered);
  #count = 0;

  add(value: number): void {
    this.#slots[this.#count % remembered] = value;
    this.#count++;
  }

  values(): number[] {
    return [...this.#slots.subarray(0, Math.min(this.#count, remembered))];
  }
}
