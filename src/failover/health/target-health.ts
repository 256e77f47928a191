import { defaultHealth, type HealthSettings, type HealthState } from "../../domain/health.ts";
import { SlidingCount } from "../sliding-count.ts";
import { coolDownUntil } from "./cool-down.ts";
import { ejectionTimeMs, failsTooOften } from "./ejection.ts";
import { slowStartFactor } from "./slow-start.ts";

/**
 * What is known of one target with one key: whether it takes traffic now. Times
 * are on the clock's monotonic scale, in milliseconds.
 *
 * It is ejected when it fails too often, then half open, until one request, the
 * probe, has told whether it is back. Attempts that began before it was ejected
 * or came back say nothing about how it does since.
 */
export class TargetHealth {
  /** What happened, for each length of window that anybody judges by. */
  readonly #windows: Window[] = [];
  #inARow = 0;
  #coolUntil = Number.NEGATIVE_INFINITY;
  /** Undefined when it is not ejected. In the past when it is half open. */
  #ejectedUntil: number | undefined;
  /** How often it was ejected since it was well for long enough. */
  #ejections = 0;
  #probing = false;
  /** When it was ejected or came back, or since when it is what it is. */
  #changedAt: number;
  #slowStartMs = 0;

  /** Attempts that began before `since` were made of something else. */
  constructor(since = Number.NEGATIVE_INFINITY) {
    this.#changedAt = since;
  }

  get ejected(): boolean {
    return this.#ejectedUntil !== undefined;
  }

  /** How often it was ejected since it was well for long enough. */
  get ejections(): number {
    return this.#ejections;
  }

  stateAt(now: number): HealthState {
    if (now < this.#coolUntil) return "cooling_down";
    if (this.#ejectedUntil !== undefined) {
      return !this.#probing && now < this.#ejectedUntil ? "ejected" : "probing";
    }
    return this.#inARow > 0 ? "degraded" : "healthy";
  }

  /** Whether it takes traffic, be it only a probe. */
  isOpenAt(now: number): boolean {
    return now >= this.#coolUntil && !this.#probing && now >= (this.#ejectedUntil ?? now);
  }

  /** How long it takes no traffic, in milliseconds. 0 when it does, and while it is probed. */
  leftMs(now: number): number {
    return Math.max(0, this.#coolUntil - now, (this.#ejectedUntil ?? now) - now);
  }

  /**
   * Whether it has been half open for so long, and nobody asked it, that what was
   * known of it says nothing any more.
   */
  isForgottenAt(now: number): boolean {
    if (this.#ejectedUntil === undefined || this.#probing) return false;
    return now >= this.#ejectedUntil + unaskedMs;
  }

  /** The part of its weight that it has now, 0 to 1. */
  factorAt(now: number): number {
    if (this.#ejections === 0 || this.ejected) return 1;
    return slowStartFactor(now - this.#changedAt, this.#slowStartMs);
  }

  /** An attempt begins. True when it is the probe. */
  begin(now: number): boolean {
    if (this.#ejectedUntil === undefined || !this.isOpenAt(now)) return false;
    this.#probing = true;
    return true;
  }

  /** The probe has ended, whatever it told. */
  probed(): void {
    this.#probing = false;
  }

  /** True when it is back by this. */
  succeeded(now: number, startedAt: number, settings: HealthSettings): boolean {
    if (startedAt < this.#changedAt) return false;
    this.#windowOf(settings);
    for (const { attempts } of this.#windows) attempts.add(now);
    this.#inARow = 0;
    this.#forgetEjections(now);
    return this.comeBack(now, settings.slowStartMs);
  }

  /**
   * `weak`: it counts half for the row, and whole for the share. Returns for how
   * long the target is ejected by it, in milliseconds; 0 when it is not.
   */
  failed(now: number, startedAt: number, weak: boolean, settings: HealthSettings): number {
    if (startedAt < this.#changedAt) return 0;
    const window = this.#windowOf(settings);
    for (const { attempts, failures } of this.#windows) {
      attempts.add(now);
      failures.add(now);
    }
    this.#inARow += weak ? weakPart : 1;
    if (this.#ejectedUntil !== undefined) {
      return now < this.#ejectedUntil ? 0 : this.#eject(now, settings);
    }
    this.#forgetEjections(now);
    const record = {
      inARow: this.#inARow,
      failures: window.failures.total(now),
      attempts: window.attempts.total(now),
    };
    return failsTooOften(record, settings) ? this.#eject(now, settings) : 0;
  }

  /** Leaves it alone for so long, and never shortens what holds already. Returns how long that is now, in milliseconds. */
  coolDown(now: number, retryAfterMs: number): number {
    this.#coolUntil = coolDownUntil(this.#coolUntil, now, retryAfterMs);
    return this.#coolUntil - now;
  }

  /**
   * It takes no traffic for so long by an ejection of this number, as was learned
   * elsewhere. Of one outage that both have seen, what is longer holds.
   */
  ejectFor(now: number, forMs: number, number: number): void {
    if (!this.ejected) {
      this.#forgetEjections(now);
      this.#changedAt = now;
      this.#inARow = 0;
    }
    this.#ejections = Math.max(this.#ejections, number);
    this.#ejectedUntil = Math.max(this.#ejectedUntil ?? now, now + forMs);
  }

  /** It takes traffic again, with its whole share after so long. False when it did already. */
  comeBack(now: number, slowStartMs: number): boolean {
    if (this.#ejectedUntil === undefined) return false;
    this.#ejectedUntil = undefined;
    this.#changedAt = now;
    this.#windows.length = 0;
    this.#slowStartMs = slowStartMs;
    return true;
  }

  /** The window that these settings judge by. One that nobody asked for yet begins now. */
  #windowOf({ windowMs }: HealthSettings): Window {
    let window = this.#windows.find(({ ms }) => ms === windowMs);
    if (window === undefined) {
      window = {
        ms: windowMs,
        attempts: new SlidingCount(windowMs),
        failures: new SlidingCount(windowMs),
      };
      this.#windows.push(window);
    }
    return window;
  }

  #eject(now: number, settings: HealthSettings): number {
    const timeMs = ejectionTimeMs(++this.#ejections, settings);
    this.#ejectedUntil = now + timeMs;
    this.#changedAt = now;
    this.#inARow = 0;
    return timeMs;
  }

  /** Who has its whole share again begins anew. */
  #forgetEjections(now: number): void {
    if (!this.ejected && this.factorAt(now) === 1) this.#ejections = 0;
  }
}

/**
 * What a weak failure counts for in the row. A target that breaks off every call is
 * out after ten of them: the share alone would leave it in traffic for as long as the
 * successes before are in the window.
 */
const weakPart = 0.5;

/** How long a half-open target is remembered that nobody asks, in milliseconds: as long as the longest ejection by default. */
const unaskedMs = defaultHealth.maxEjectionMs;

/** What happened in the last while. */
interface Window {
  readonly ms: number;
  readonly attempts: SlidingCount;
  readonly failures: SlidingCount;
}
