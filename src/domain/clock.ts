/** Time, as a parameter: what the process runs on, and what tests turn by hand. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. It can jump. */
  now(): number;
  /** Milliseconds since some fixed moment. It never runs backwards. */
  monotonic(): number;
  /**
   * Waits. Resolves after `ms` milliseconds, or at once when the signal aborts:
   * whoever waits looks at the signal afterwards.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back once after `ms` milliseconds. Returns the way to call it off. */
  timer(ms: number, callback: () => void): () => void;
}
