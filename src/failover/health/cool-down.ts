/** The longest cool-down that a provider can ask for, in milliseconds. */
export const maxCoolDownMs = 300_000;

/** Until when a target cools down that was told a Retry-After: the later of old and new, and the new one capped. */
export function coolDownUntil(until: number, now: number, retryAfterMs: number): number {
  return Math.max(until, now + Math.min(retryAfterMs, maxCoolDownMs));
}
