import type { Clock } from "../domain/clock.ts";
import type { Generated } from "../domain/generated.ts";
import type { JobTicket } from "../domain/job-ticket.ts";
import {
  type Begun,
  type IdempotencyStore,
  type Settlement,
  type StoreLimits,
  sweepEveryMs,
} from "./idempotency-store.ts";
import { sizeOf } from "./size-of.ts";

/**
 * Keeps keys in this process: they are gone when it ends. Their time is reckoned on the
 * clock's monotonic scale, so that no jump of the wall clock lets a key be used again.
 */
export class MemoryStore implements IdempotencyStore {
  readonly #limits: StoreLimits;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  /** Those that have results, in the order of these, so that the oldest comes first. */
  readonly #results = new Set<Entry>();
  #used = 0;
  #stopTimer: () => void;

  constructor(limits: StoreLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#stopTimer = this.#sweepLater();
  }

  async begin(key: string, request: string): Promise<Begun> {
    let entry = this.#entries.get(key);
    if (entry !== undefined && this.#isOver(entry)) {
      this.#remove(key);
      entry = undefined;
    }
    if (entry === undefined) {
      this.#entries.set(key, { request, claimed: true, expiresAt: 0, tickets: new Map() });
      return { kind: "new" };
    }
    if (entry.request !== request) return { kind: "conflict" };
    if (entry.claimed) return { kind: "running" };
    const { generated, tickets } = entry;
    if (generated !== undefined) return { kind: "kept", generated };
    if (tickets.size === 0) return { kind: "unknown" };
    entry.claimed = true;
    return { kind: "left", tickets: [...tickets.values()] };
  }

  async markSent(key: string): Promise<void> {
    // Nothing to write: as long as this memory lasts, the claim does too.
    this.#claimed(key);
  }

  async writeJob(key: string, ticket: JobTicket): Promise<void> {
    this.#claimed(key).tickets.set(ticket.callId, ticket);
  }

  async strikeJob(key: string, callId: string): Promise<void> {
    this.#claimed(key).tickets.delete(callId);
  }

  async settle(key: string, settlement: Settlement): Promise<void> {
    const { request, tickets } = this.#claimed(key);
    this.#remove(key);
    if (settlement.kind === "free") return;
    const expiresAt = this.#clock.monotonic() + this.#limits.lifetimeMs;
    const isKept = settlement.kind === "kept";
    const left = isKept ? new Map<string, JobTicket>() : tickets;
    const entry: Entry = { request, claimed: false, expiresAt, tickets: left };
    this.#entries.set(key, entry);
    if (isKept) this.#keep(entry, settlement.generated);
  }

  async close(): Promise<void> {
    this.#stopTimer();
    this.#entries.clear();
    this.#results.clear();
    this.#used = 0;
  }

  #claimed(key: string): Entry {
    const entry = this.#entries.get(key);
    if (entry === undefined) throw new Error("Nobody has claimed this key.");
    return entry;
  }

  #keep(entry: Entry, generated: Generated): void {
    const size = sizeOf(generated);
    if (size > this.#limits.maxBytes) return;
    for (const oldest of this.#results) {
      if (this.#used + size <= this.#limits.maxBytes) break;
      this.#drop(oldest);
    }
    entry.generated = generated;
    this.#results.add(entry);
    this.#used += size;
  }

  #isOver({ claimed, expiresAt }: Entry): boolean {
    return !claimed && expiresAt <= this.#clock.monotonic();
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) this.#drop(entry);
    this.#entries.delete(key);
  }

  /** Lets the result go, and keeps the key. */
  #drop(entry: Entry): void {
    if (entry.generated === undefined) return;
    this.#used -= sizeOf(entry.generated);
    this.#results.delete(entry);
    entry.generated = undefined;
  }

  #sweepLater(): () => void {
    return this.#clock.timer(sweepEveryMs, () => {
      for (const [key, entry] of this.#entries) if (this.#isOver(entry)) this.#remove(key);
      this.#stopTimer = this.#sweepLater();
    });
  }
}

interface Entry {
  readonly request: string;
  /** Whether its execution goes on. */
  claimed: boolean;
  readonly expiresAt: number;
  /** By their calls' ids. */
  readonly tickets: Map<string, JobTicket>;
  generated?: Generated | undefined;
}
