import type { Generated } from "../domain/generated.ts";
import type { JobTicket } from "../domain/job-ticket.ts";

/**
 * Remembers which keys were used, for which request, and what came of it. All
 * its operations are atomic. Keys and requests reach it as digests only.
 *
 * A key is claimed by one execution at a time, and the claim lives as long as the
 * process. What must outlive it is written before it matters: that something was
 * sent, before it is sent; which job a provider made of it, before it is asked how
 * that is; the result, before the caller has it. So what a process that died has left
 * behind reads "sent", and its outcome is with those jobs or unknown.
 */
export interface IdempotencyStore {
  /** Claims a key for a request, or says why it cannot. Whoever claims it settles it. */
  begin(key: string, request: string): Promise<Begun>;
  /** Takes down that the claim's execution sends something now. It is durable when the promise resolves. */
  markSent(key: string): Promise<void>;
  /** Takes down a ticket of the claim's execution, in place of an earlier one of the same call. It is durable when the promise resolves. */
  writeJob(key: string, ticket: JobTicket): Promise<void>;
  /** Strikes out the ticket of a call, if there is one. */
  strikeJob(key: string, callId: string): Promise<void>;
  /** Ends a claim. It ends also when the promise rejects: then what was written before stands. */
  settle(key: string, settlement: Settlement): Promise<void>;
  /** Lets go of files and timers. */
  close(): Promise<void>;
}

/** What a key stands for when an execution wants to begin. */
export type Begun =
  /** Nothing so far. It is claimed now. */
  | { readonly kind: "new" }
  /** The same request, whose execution goes on. */
  | { readonly kind: "running" }
  /** The same request, and its result. */
  | { readonly kind: "kept"; readonly generated: Generated }
  /** The same request; it was sent, and its result is to be fetched by these tickets. It is claimed now. */
  | { readonly kind: "left"; readonly tickets: readonly JobTicket[] }
  /** The same request; it was sent, and there is neither a result of it nor a ticket. */
  | { readonly kind: "unknown" }
  /** Another request. */
  | { readonly kind: "conflict" };

/** How an execution ended. Its tickets are kept only where its outcome is unknown. */
export type Settlement =
  /** With a result, which is kept for the store's lifetime if there is room. */
  | { readonly kind: "kept"; readonly generated: Generated }
  /** Without a result, and it may have been billed. */
  | { readonly kind: "unknown" }
  /** Nothing was bought: the key is free again. */
  | { readonly kind: "free" };

/** How much a store keeps. */
export interface StoreLimits {
  /** How long a key is remembered, in milliseconds, from its result, or from its sending while there is none. */
  readonly lifetimeMs: number;
  /**
   * The most bytes that all results have together. Beyond it the oldest results go;
   * their keys stay, so that nothing is bought again.
   */
  readonly maxBytes: number;
}

/** How often what is too old is removed, in milliseconds. */
export const sweepEveryMs = 60_000;
