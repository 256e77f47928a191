import type { HealthState } from "../../domain/health.ts";
import type { Operation } from "../../domain/operation.ts";
import { TargetHealth } from "./target-health.ts";

/** How many models of a provider are remembered: a caller can make up names without end. */
export const rememberedModels = 1_000;

/** What is known of one provider: its keys, its models, and its targets by model, operation and key. Times are monotonic. */
export class ProviderHealth {
  readonly #keysOutUntil = new Map<string, number>();
  readonly #models = new Map<string, ModelHealth>();
  readonly #forgotten: (target: TargetHealth) => void;
  #turn = 0;

  /** Since when the provider is what it is: what began before tells nothing of it. */
  readonly since: number;

  /** `forgotten` is told of the targets that are no longer remembered. */
  constructor(forgotten: (target: TargetHealth) => void, since = Number.NEGATIVE_INFINITY) {
    this.#forgotten = forgotten;
    this.since = since;
  }

  /** Remembers nothing any more. */
  forget(): void {
    while (this.#models.size > 0) this.#forgetOldest();
  }

  /** Whose turn it is among the keys: 0, 1, 2, and so on. */
  nextTurn(): number {
    return this.#turn++;
  }

  loseKey(fingerprint: string, until: number): void {
    this.#keysOutUntil.set(fingerprint, until);
  }

  keyLeftMs(fingerprint: string, now: number): number {
    return Math.max(0, (this.#keysOutUntil.get(fingerprint) ?? now) - now);
  }

  loseModel(upstreamModel: string, until: number): void {
    this.#model(upstreamModel).outUntil = until;
  }

  modelLeftMs(upstreamModel: string, now: number): number {
    return Math.max(0, (this.#models.get(upstreamModel)?.outUntil ?? now) - now);
  }

  /** Undefined when it was not asked yet. */
  find(upstreamModel: string, operation: Operation, fingerprint: string): TargetHealth | undefined {
    return this.#models.get(upstreamModel)?.targets.get(operation)?.get(fingerprint);
  }

  /** The same, made when there is none. */
  open(upstreamModel: string, operation: Operation, fingerprint: string): TargetHealth {
    const { targets } = this.#model(upstreamModel);
    let byKey = targets.get(operation);
    if (byKey === undefined) {
      byKey = new Map();
      targets.set(operation, byKey);
    }
    let target = byKey.get(fingerprint);
    if (target === undefined) {
      target = new TargetHealth(this.since);
      byKey.set(fingerprint, target);
    }
    return target;
  }

  /** Out when all its targets are, and then as the best of them; degraded when some are. */
  stateAt(now: number): HealthState | undefined {
    let best: HealthState | undefined;
    let troubled = false;
    for (const [upstreamModel, { targets }] of this.#models) {
      const gone = this.modelLeftMs(upstreamModel, now) > 0;
      for (const byKey of targets.values()) {
        for (const [fingerprint, target] of byKey) {
          const lost = gone || this.keyLeftMs(fingerprint, now) > 0;
          const state = lost ? "ejected" : target.stateAt(now);
          troubled ||= state !== "healthy";
          if (best === undefined || rank[state] < rank[best]) best = state;
        }
      }
    }
    if (!troubled) return undefined;
    return best === "healthy" ? "degraded" : best;
  }

  #model(upstreamModel: string): ModelHealth {
    let model = this.#models.get(upstreamModel);
    if (model === undefined) {
      if (this.#models.size >= rememberedModels) this.#forgetOldest();
      model = { outUntil: Number.NEGATIVE_INFINITY, targets: new Map() };
      this.#models.set(upstreamModel, model);
    }
    return model;
  }

  #forgetOldest(): void {
    for (const [upstreamModel, { targets }] of this.#models) {
      this.#models.delete(upstreamModel);
      for (const byKey of targets.values()) byKey.forEach(this.#forgotten);
      return;
    }
  }
}

interface ModelHealth {
  outUntil: number;
  readonly targets: Map<Operation, Map<string, TargetHealth>>;
}

/** From the best to the worst. */
const rank: Readonly<Record<HealthState, number>> = {
  healthy: 0,
  unknown: 1,
  degraded: 2,
  probing: 3,
  cooling_down: 4,
  ejected: 5,
};
