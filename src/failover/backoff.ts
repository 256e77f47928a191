import type { Random } from "../domain/random.ts";

/** The shortest wait before the same target is asked again, in milliseconds. */
export const baseDelayMs = 100;

/** The longest one. */
export const maxDelayMs = 2_000;

/**
 * The next wait, in milliseconds, by decorrelated jitter: anywhere between the
 * base and three times the wait before it, at most the cap. `previousMs` is 0
 * for the first.
 *
 * Source: AWS Architecture Blog, "Exponential Backoff And Jitter", 2015-03-04.
 */
export function nextDelayMs(previousMs: number, random: Random): number {
  const from = Math.max(previousMs, baseDelayMs);
  return Math.min(maxDelayMs, baseDelayMs + random() * (from * 3 - baseDelayMs));
}
