import type { Clock } from "../../domain/clock.ts";
import type { Operation } from "../../domain/operation.ts";
import type { Candidate } from "../../router/plan.ts";
import { LatencyTrack } from "./latency-track.ts";
import { rememberedModels } from "./provider-health.ts";

/** A target as far as its speed goes: whatever key it is asked with. */
export type TimedTarget = Pick<Candidate, "endpoint" | "upstreamModel" | "fit">;

/**
 * How fast everything answers that was asked, for each provider, upstream model
 * and operation. What is timed is the way to the first content for a streamed
 * request, and to the whole result for any other; the two are kept apart. It
 * lives as long as the process, and outlives a configuration.
 */
export class LatencyBook {
  readonly #clock: Clock;
  readonly #providers = new Map<string, Map<string, Map<Operation, TargetLatency>>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** An attempt begins. What is returned must be told of its end, however it ends. */
  begin(target: TimedTarget): TargetLatency {
    const latency = this.#open(target);
    latency.begin();
    return latency;
  }

  /** The time within which 95 % of its last answers came, in milliseconds. Undefined when there were too few. */
  p95(target: TimedTarget, streamed: boolean): number | undefined {
    return this.#find(target)?.track(streamed).p95;
  }

  /** How long an answer is to be expected, in milliseconds, by its speed and by what is in flight there. */
  score(target: TimedTarget, streamed: boolean): number {
    const latency = this.#find(target);
    if (latency === undefined) return 0;
    return latency.track(streamed).score(this.#clock.monotonic(), latency.inFlight);
  }

  /** How fast it was when it was last seen, in milliseconds. Undefined when there was no answer yet. */
  average(target: TimedTarget, streamed: boolean): number | undefined {
    return this.#find(target)?.track(streamed).averageMs;
  }

  /** How many attempts run there. */
  inFlight(target: TimedTarget): number {
    return this.#find(target)?.inFlight ?? 0;
  }

  /** A provider is at another address from now on: how fast it was at the old one says nothing. */
  forget(slug: string): void {
    this.#providers.delete(slug);
  }

  #find({ endpoint, upstreamModel, fit }: TimedTarget): TargetLatency | undefined {
    return this.#providers.get(endpoint.slug)?.get(upstreamModel)?.get(fit.task.operation);
  }

  #open(target: TimedTarget): TargetLatency {
    const known = this.#find(target);
    if (known !== undefined) return known;
    const { endpoint, upstreamModel, fit } = target;
    const models = getOrMake(this.#providers, endpoint.slug);
    if (!models.has(upstreamModel) && models.size >= rememberedModels) forgetOldest(models);
    const latency = new TargetLatency();
    getOrMake(models, upstreamModel).set(fit.task.operation, latency);
    return latency;
  }
}

/** How fast one target answers, and how much it has to do. */
export class TargetLatency {
  readonly #whole = new LatencyTrack();
  readonly #firstContent = new LatencyTrack();
  #inFlight = 0;

  /** How many attempts run there. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** An attempt begins. */
  begin(): void {
    this.#inFlight++;
  }

  /** An attempt has ended. */
  end(): void {
    this.#inFlight--;
  }

  /** For streamed requests the way to the first content, else to the whole result. */
  track(streamed: boolean): LatencyTrack {
    return streamed ? this.#firstContent : this.#whole;
  }
}

function getOrMake<K, L, V>(map: Map<K, Map<L, V>>, key: K): Map<L, V> {
  let inner = map.get(key);
  if (inner === undefined) {
    inner = new Map();
    map.set(key, inner);
  }
  return inner;
}

function forgetOldest<V>(models: Map<string, V>): void {
  for (const upstreamModel of models.keys()) {
    models.delete(upstreamModel);
    return;
  }
}
