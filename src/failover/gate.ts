/** A place where only so many may be at the same time: the gateway itself, or a provider. */
export interface Gate {
  /**
   * Asks for a place. With `patient` it waits for one, as long as the gate and the
   * caller allow; else a full gate refuses at once. Whoever is admitted must leave.
   */
  enter(caller: GateCaller, patient: boolean): Entry | Promise<Entry>;
  /** Gives the place back. */
  leave(): void;
}

/** For whom a place is wanted. */
export interface GateCaller {
  /** When the whole request must have ended, on the clock's monotonic scale. */
  readonly deadlineAt: number;
  /** Aborted when the caller leaves. */
  readonly signal: AbortSignal;
}

/** What came of asking for a place. */
export type Entry =
  | { readonly kind: "admitted" }
  | {
      readonly kind: "refused";
      /** When there may be a place, in milliseconds from now. */
      readonly retryAfterMs: number;
    }
  /** The caller left, or its deadline passed, before there was a place. */
  | { readonly kind: "ended" };
