import type { Clock } from "../../domain/clock.ts";
import type { Failure } from "../../domain/failure.ts";
import { defaultHealth, type HealthState, type OutageCause } from "../../domain/health.ts";
import type { HealthChange, HealthListener } from "../../domain/health-change.ts";
import type { Secret } from "../../domain/secret.ts";
import type { HealthView } from "../../router/health-view.ts";
import type { Outlook } from "../../router/outlook.ts";
import type { Candidate } from "../../router/plan.ts";
import { chooseKey } from "../choose-key.ts";
import { failureTable, isClosedToKey } from "../failure-table.ts";
import type { FailedAttempt } from "./failed-attempt.ts";
import { learnChange } from "./learn-change.ts";
import { bestOutlookOf, fingerprintOf, outlookOf, untouched } from "./outlook-of.ts";
import { ProviderHealth } from "./provider-health.ts";
import type { TargetHealth } from "./target-health.ts";

/** How long a key is out that is not accepted, in milliseconds. */
export const refusedKeyMs = 600_000;

/** How long a key is out whose quota is used up, in milliseconds. */
export const spentKeyMs = 300_000;

/** How long a target is out whose provider does not have the model, in milliseconds. */
export const goneModelMs = 300_000;

/**
 * What is known of the health of everything that was asked, for each provider,
 * key, upstream model and operation. It watches what happens anyway and asks
 * nobody. It lives as long as the process, and outlives a configuration: a target
 * that the next one has as well is as it was.
 */
export class HealthRegistry implements HealthView {
  readonly #clock: Clock;
  readonly #tell: HealthListener;
  readonly #providers = new Map<string, ProviderHealth>();
  readonly #ejected = new Set<TargetHealth>();
  /** Until when something else than an ejection is in the way, on the clock's monotonic scale. */
  #uneasyUntil = longAgo;

  /** `tell` is told of every target, key and model that goes out or comes back. */
  constructor(clock: Clock, tell: HealthListener = () => {}) {
    this.#clock = clock;
    this.#tell = tell;
  }

  get quiet(): boolean {
    if (this.#ejected.size > 0 && this.#anyEjected()) return false;
    return this.#uneasyUntil === longAgo || this.#clock.monotonic() >= this.#uneasyUntil;
  }

  /** How a target does: as well as the best of its provider's keys. */
  outlook(candidate: Candidate): Outlook {
    const now = this.#clock.monotonic();
    const provider = this.#providers.get(candidate.endpoint.slug);
    return provider === undefined ? untouched : bestOutlookOf(provider, candidate, now);
  }

  /**
   * The key to try next: in turn, those first that are of use now. Keys that were
   * tried come last. Undefined for a provider that wants none.
   */
  key(candidate: Candidate, tried: readonly Secret[]): Secret | undefined {
    const { keys, slug } = candidate.endpoint;
    if (keys.length < 2) return keys[0];
    const provider = this.#providerOf(slug);
    const now = this.#clock.monotonic();
    return chooseKey(keys, provider.nextTurn(), (key) => {
      if (tried.includes(key)) return Number.POSITIVE_INFINITY;
      const { out } = outlookOf(provider, candidate, key, now);
      // A probe ends, nobody knows when; anything else is as good as over before it.
      return out === undefined ? 0 : Math.max(1, out.leftMs);
    });
  }

  /** Whether the provider has another key that is of use now. */
  hasOtherKey(candidate: Candidate, tried: readonly Secret[]): boolean {
    const { keys, slug } = candidate.endpoint;
    if (keys.length < 2) return false;
    const provider = this.#providerOf(slug);
    const now = this.#clock.monotonic();
    return keys.some(
      (key) => !tried.includes(key) && outlookOf(provider, candidate, key, now).out === undefined,
    );
  }

  /** An attempt begins. True when it is the probe of an ejected target, of which there is one at a time. */
  begin(candidate: Candidate, key: Secret | undefined): boolean {
    const target = this.#targetOf(candidate, key);
    if (!target.ejected || !target.begin(this.#clock.monotonic())) return false;
    this.#ejected.add(target);
    return true;
  }

  /** The probe has ended without telling anything. */
  abandonProbe(candidate: Candidate, key: Secret | undefined): void {
    this.#targetOf(candidate, key).probed();
  }

  /** An attempt has succeeded that began then: its target, its key and its model are of use. */
  succeeded(
    candidate: Candidate,
    key: Secret | undefined,
    startedAt: number,
    probe: boolean,
  ): void {
    const target = this.#targetOf(candidate, key);
    const { healthSettings = defaultHealth } = candidate;
    const now = this.#clock.monotonic();
    if (probe) target.probed();
    if (target.succeeded(now, startedAt, healthSettings)) {
      this.#regain(candidate, key, startedAt);
      this.#comesBack(candidate, key, target);
    } else if (!this.quiet && this.#regain(candidate, key, startedAt)) {
      this.#tellBack(candidate, key);
    }
  }

  /** An attempt has failed. */
  failed(candidate: Candidate, attempt: FailedAttempt): void {
    const { key, probe, failure, startedAt } = attempt;
    const target = this.#targetOf(candidate, key);
    if (probe) target.probed();
    if (startedAt < this.#providerOf(candidate.endpoint.slug).since) return;
    const signal = failureTable[failure.class].health;
    switch (signal) {
      case "none":
        break;
      case "cool_down":
        if (!failure.retryAfterMs) this.#fails(candidate, target, attempt, "counts");
        else this.#coolDown(candidate, key, failure.retryAfterMs);
        break;
      case "key_out":
        this.#loseKey(candidate, key, failure);
        break;
      case "target_out":
        if (isClosedToKey(failure)) this.#coolDown(candidate, key, goneModelMs);
        else this.#loseModel(candidate);
        break;
      case "weak":
      case "counts":
        this.#fails(candidate, target, attempt, signal);
    }
  }

  /** Takes over what another process learned, without telling anyone. */
  learn(change: HealthChange): void {
    const provider = this.#providerOf(change.provider);
    const { ejected, returned, uneasyMs } = learnChange(provider, change, this.#clock.monotonic());
    if (ejected !== undefined) this.#ejected.add(ejected);
    if (returned !== undefined) this.#ejected.delete(returned);
    this.#uneasyFor(uneasyMs);
  }

  /**
   * A provider is at another address from now on: nothing is known of it, and what
   * it was asked at the old one says nothing.
   */
  forget(slug: string): void {
    this.#providers.get(slug)?.forget();
    this.#providers.set(slug, this.#newProvider(this.#clock.monotonic()));
  }

  /**
   * How a provider does: out when all its targets are that were asked of it lately,
   * degraded when some are. Undefined when there is nothing to say against it.
   */
  provider(slug: string): HealthState | undefined {
    return this.#providers.get(slug)?.stateAt(this.#clock.monotonic());
  }

  #fails(
    candidate: Candidate,
    target: TargetHealth,
    { key, startedAt, probe, partial }: FailedAttempt,
    signal: "counts" | "weak",
  ): void {
    const settings = candidate.healthSettings ?? defaultHealth;
    const now = this.#clock.monotonic();
    // Who gave a part is at work: a probe wants to know no more.
    if (partial) {
      if (probe && target.succeeded(now, startedAt, settings)) {
        this.#comesBack(candidate, key, target);
      }
      return;
    }
    const ejectedMs = target.failed(now, startedAt, signal === "weak", settings);
    if (ejectedMs === 0) return;
    this.#ejected.add(target);
    this.#goesOut(candidate, key, "ejected", ejectedMs, target.ejections);
  }

  #coolDown(candidate: Candidate, key: Secret | undefined, askedMs: number): void {
    const target = this.#targetOf(candidate, key);
    const forMs = target.coolDown(this.#clock.monotonic(), askedMs);
    this.#goesOut(candidate, key, "cooling_down", forMs);
  }

  #loseModel(candidate: Candidate): void {
    const { endpoint, upstreamModel } = candidate;
    const now = this.#clock.monotonic();
    const provider = this.#providerOf(endpoint.slug);
    const forMs = provider.loseModel(upstreamModel, now, goneModelMs);
    this.#goesOut(candidate, undefined, "no_model", forMs);
  }

  #loseKey(candidate: Candidate, key: Secret | undefined, failure: Failure): void {
    const now = this.#clock.monotonic();
    const provider = this.#providerOf(candidate.endpoint.slug);
    const asLongAs = failure.class === "credential" ? refusedKeyMs : spentKeyMs;
    const forMs = provider.loseKey(fingerprintOf(key), now, asLongAs);
    this.#goesOut(candidate, key, "no_key", forMs);
  }

  #regain(candidate: Candidate, key: Secret | undefined, startedAt: number): boolean {
    const { endpoint, upstreamModel } = candidate;
    const now = this.#clock.monotonic();
    return this.#providerOf(endpoint.slug).regain(
      upstreamModel,
      fingerprintOf(key),
      startedAt,
      now,
    );
  }

  #goesOut(
    candidate: Candidate,
    key: Secret | undefined,
    cause: OutageCause,
    forMs: number,
    ejection?: number,
  ): void {
    // What is ejected is counted; everything else passes with time.
    if (cause !== "ejected") this.#uneasyFor(forMs);
    this.#tell({ kind: "out", cause, forMs, ejection, ...subject(candidate, key) });
  }

  #comesBack(candidate: Candidate, key: Secret | undefined, target: TargetHealth): void {
    const { slowStartMs } = candidate.healthSettings ?? defaultHealth;
    this.#ejected.delete(target);
    this.#uneasyFor(slowStartMs);
    this.#tellBack(candidate, key);
  }

  #tellBack(candidate: Candidate, key: Secret | undefined): void {
    const { slowStartMs } = candidate.healthSettings ?? defaultHealth;
    this.#tell({ kind: "back", slowStartMs, ...subject(candidate, key) });
  }

  /** Whether a target is ejected. Those that nobody asks any more do not count. */
  #anyEjected(): boolean {
    const now = this.#clock.monotonic();
    for (const target of this.#ejected) {
      if (target.isForgottenAt(now)) this.#ejected.delete(target);
    }
    return this.#ejected.size > 0;
  }

  #uneasyFor(ms: number): void {
    this.#uneasyUntil = Math.max(this.#uneasyUntil, this.#clock.monotonic() + ms);
  }

  #targetOf(candidate: Candidate, key: Secret | undefined): TargetHealth {
    const { endpoint, upstreamModel, fit } = candidate;
    const provider = this.#providerOf(endpoint.slug);
    return provider.open(upstreamModel, fit.task.operation, fingerprintOf(key));
  }

  #providerOf(slug: string): ProviderHealth {
    let provider = this.#providers.get(slug);
    if (provider === undefined) {
      provider = this.#newProvider();
      this.#providers.set(slug, provider);
    }
    return provider;
  }

  #newProvider(since?: number): ProviderHealth {
    return new ProviderHealth((target) => this.#ejected.delete(target), since);
  }
}

/** As good as never, and told from any time without a look at the clock. */
const longAgo = Number.NEGATIVE_INFINITY;

function subject(candidate: Candidate, key: Secret | undefined) {
  return {
    provider: candidate.endpoint.slug,
    upstreamModel: candidate.upstreamModel,
    operation: candidate.fit.task.operation,
    key: key?.fingerprint,
  };
}
