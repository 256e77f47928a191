import type { Clock } from "../../domain/clock.ts";
import type { GateMeter } from "../../domain/gate-meter.ts";
import type { Random } from "../../domain/random.ts";
import type { Entry, Gate, GateCaller } from "../../failover/gate.ts";
import { type AdmissionLimits, AdmissionQueue, type Waiting } from "./admission-queue.ts";
import { DrainPace } from "./drain-pace.ts";

/** How many are served at the same time, and what becomes of the others. */
export interface GateLimits extends AdmissionLimits {
  /** The longest wait, in milliseconds. */
  readonly maxWaitMs: number;
}

/** What a gate is made of. */
export interface AdmissionGateParts {
  readonly limits: GateLimits;
  readonly clock: Clock;
  readonly random: Random;
  readonly meter: GateMeter;
}

/**
 * A gate with a queue. Whoever waits must start by its deadline, and no later than
 * the longest wait from its arrival; the one that must start first is next. So
 * those who are in a hurry go first, all others in the order in which they came,
 * and nobody can be overtaken for longer than the longest wait.
 */
export class AdmissionGate implements Gate {
  readonly #parts: AdmissionGateParts;
  readonly #queue: AdmissionQueue;
  readonly #pace = new DrainPace();
  readonly #waiters = new Map<Waiting, Waiter>();
  #timer: { readonly at: number; readonly stop: () => void } | undefined;

  constructor(parts: AdmissionGateParts) {
    this.#parts = parts;
    this.#queue = new AdmissionQueue(parts.limits);
  }

  enter(caller: GateCaller, patient: boolean): Entry | Promise<Entry> {
    const { clock, limits, meter } = this.#parts;
    const now = clock.monotonic();
    if (this.#queue.isFull) {
      if (caller.signal.aborted || caller.deadlineAt <= now) return ended;
      if (!patient) return this.#refuse(now);
    }
    const entrance = this.#queue.enter(Math.min(caller.deadlineAt, now + limits.maxWaitMs));
    switch (entrance.kind) {
      case "admitted":
        meter.running(1);
        if (this.#queue.isFull) this.#pace.filled(now);
        return entrance;
      case "refused":
        return this.#refuse(now);
      case "waiting":
        return this.#wait(entrance, caller);
    }
  }

  leave(): void {
    const { clock, meter } = this.#parts;
    if (this.#queue.isFull) this.#pace.left(clock.monotonic());
    const next = this.#queue.leave();
    if (next === undefined) {
      meter.running(-1);
      return;
    }
    this.#settle(next, admitted);
    this.#setTimer();
  }

  #wait(ticket: Waiting, { signal, deadlineAt }: GateCaller): Promise<Entry> {
    this.#parts.meter.waiting(1);
    return new Promise((resolve) => {
      const giveUp = (): void => {
        this.#queue.giveUp(ticket);
        this.#settle(ticket, ended);
        this.#setTimer();
      };
      signal.addEventListener("abort", giveUp, { once: true });
      this.#waiters.set(ticket, {
        deadlineAt,
        settle(entry) {
          signal.removeEventListener("abort", giveUp);
          resolve(entry);
        },
      });
      this.#setTimer();
    });
  }

  #settle(ticket: Waiting, entry: Entry): void {
    const waiter = this.#waiters.get(ticket);
    if (waiter === undefined) return;
    this.#waiters.delete(ticket);
    this.#parts.meter.waiting(-1);
    waiter.settle(entry);
  }

  /** One timer serves all who wait: it is never set for later than the first of them needs it. */
  #setTimer(): void {
    const { clock } = this.#parts;
    const at = this.#queue.first?.startBy;
    if (this.#timer !== undefined) {
      if (at !== undefined && this.#timer.at <= at) return;
      this.#timer.stop();
      this.#timer = undefined;
    }
    if (at === undefined) return;
    this.#timer = { at, stop: clock.timer(at - clock.monotonic(), this.#expire) };
  }

  readonly #expire = (): void => {
    const now = this.#parts.clock.monotonic();
    this.#timer = undefined;
    for (let first = this.#queue.first; first !== undefined; first = this.#queue.first) {
      if (first.startBy > now) break;
      const waiter = this.#waiters.get(first);
      const entry = waiter !== undefined && waiter.deadlineAt <= now ? ended : this.#refuse(now);
      this.#queue.giveUp(first);
      this.#settle(first, entry);
    }
    this.#setTimer();
  };

  #refuse(now: number): Entry {
    const { random, meter } = this.#parts;
    meter.refused();
    const estimateMs = this.#pace.timeFor(this.#queue.waiting + 1, now);
    // Not all who were sent away shall come back in the same instant.
    return { kind: "refused", retryAfterMs: Math.round(estimateMs * (1 + random() * spread)) };
  }
}

/** One that waits. */
interface Waiter {
  readonly deadlineAt: number;
  settle(entry: Entry): void;
}

/** By how much of itself a wait is made longer at most. */
const spread = 0.25;

const admitted: Entry = { kind: "admitted" };
const ended: Entry = { kind: "ended" };
