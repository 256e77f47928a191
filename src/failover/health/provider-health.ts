import type { HealthState } from "../../domain/health.ts";
import type { Operation } from "../../domain/operation.ts";
import { TargetHealth } from "./target-health.ts";

/** How many models of a provider are remembered: a caller can make up names without end. */
export const rememberedModels = 1_000;

/** What is known of one provider: its keys, its models, and its targets by model, operation and key. Times are monotonic. */
export class ProviderHealth {
  readonly #keysOut = new Map<string, Outage>();
  readonly #models = new Map<string, ModelHealth>();
  readonly #forgotten: (target: TargetHealth) => void;
  #turn = 0;
  #asked = 0;

  /** Since when the provider is what it is: what began before tells nothing of it. */
  readonly since: number;

  /** `forgotten` is told of the targets that are no longer remembered. */
  constructor(forgotten: (target: TargetHealth) => void, since = Number.NEGATIVE_INFINITY) {
    this.#forgotten = forgotten;
    this.since = since;
  }

  /** Remembers nothing any more. */
  forget(): void {
    for (const upstreamModel of this.#models.keys()) this.#forgetModel(upstreamModel);
  }

  /** Whose turn it is among the keys: 0, 1, 2, and so on. */
  nextTurn(): number {
    return this.#turn++;
  }

  /** A key is out for so long from now. Never shortens what holds already. Returns how long that is now, in milliseconds. */
  loseKey(fingerprint: string, now: number, forMs: number): number {
    const outage = outageFrom(now, forMs, this.#keysOut.get(fingerprint));
    this.#keysOut.set(fingerprint, outage);
    return outage.until - now;
  }

  keyLeftMs(fingerprint: string, now: number): number {
    return leftMs(this.#keysOut.get(fingerprint), now);
  }

  /** The same for a model. */
  loseModel(upstreamModel: string, now: number, forMs: number): number {
    const model = this.#model(upstreamModel);
    model.outage = outageFrom(now, forMs, model.outage);
    return model.outage.until - now;
  }

  modelLeftMs(upstreamModel: string, now: number): number {
    return leftMs(this.#models.get(upstreamModel)?.outage, now);
  }

  /** An attempt has succeeded that began then: it ends what the model or the key was out for before. True when one was. */
  regain(upstreamModel: string, fingerprint: string, startedAt: number, now: number): boolean {
    const model = this.#models.get(upstreamModel);
    const key = this.#keysOut.get(fingerprint);
    const hasModel = model?.outage !== undefined && startedAt >= model.outage.since;
    const hasKey = key !== undefined && startedAt >= key.since;
    const wasOut = (hasModel && leftMs(model.outage, now) > 0) || (hasKey && leftMs(key, now) > 0);
    if (hasModel) model.outage = undefined;
    if (hasKey) this.#keysOut.delete(fingerprint);
    return wasOut;
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

  /**
   * Out when all its targets are, and then as the best of them; degraded when some
   * are. A model that it does not have makes it no worse than that, since a caller
   * can make up names, and targets that nobody asks any more do not count.
   */
  stateAt(now: number): HealthState | undefined {
    let best: HealthState | undefined;
    let troubled = false;
    for (const [upstreamModel, { targets }] of this.#models) {
      const gone = this.modelLeftMs(upstreamModel, now) > 0;
      for (const byKey of targets.values()) {
        for (const [fingerprint, target] of byKey) {
          if (target.isForgottenAt(now)) continue;
          const lost = this.keyLeftMs(fingerprint, now) > 0;
          const state = lost ? "ejected" : target.stateAt(now);
          troubled ||= gone || state !== "healthy";
          if (gone) continue;
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
      if (this.#models.size >= rememberedModels) this.#forgetLeast();
      model = { askedAs: 0, outage: undefined, targets: new Map() };
      this.#models.set(upstreamModel, model);
    }
    model.askedAs = ++this.#asked;
    return model;
  }

  /** Forgets the model that was not asked for longest, one that is ejected only where all are. */
  #forgetLeast(): void {
    let least: readonly [string, number] | undefined;
    for (const [upstreamModel, model] of this.#models) {
      const worth = model.askedAs + (isEjected(model) ? this.#asked : 0);
      if (least === undefined || worth < least[1]) least = [upstreamModel, worth];
    }
    if (least !== undefined) this.#forgetModel(least[0]);
  }

  #forgetModel(upstreamModel: string): void {
    const model = this.#models.get(upstreamModel);
    this.#models.delete(upstreamModel);
    for (const byKey of model?.targets.values() ?? []) byKey.forEach(this.#forgotten);
  }
}

/** For how long a key or a model is out, and since when. */
interface Outage {
  readonly since: number;
  readonly until: number;
}

function outageFrom(now: number, forMs: number, known: Outage | undefined): Outage {
  return { since: now, until: Math.max(known?.until ?? now, now + forMs) };
}

function leftMs(outage: Outage | undefined, now: number): number {
  return outage === undefined ? 0 : Math.max(0, outage.until - now);
}

interface ModelHealth {
  /** As the how-manieth it was asked last. */
  askedAs: number;
  outage: Outage | undefined;
  readonly targets: Map<Operation, Map<string, TargetHealth>>;
}

function isEjected({ targets }: ModelHealth): boolean {
  for (const byKey of targets.values()) {
    for (const target of byKey.values()) if (target.ejected) return true;
  }
  return false;
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
