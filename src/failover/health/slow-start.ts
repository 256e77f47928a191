/** The share of its weight that a target begins with when it comes back. */
const leastFactor = 0.1;

/** The part of its weight that a target has so long after it came back: it grows evenly to the whole. */
export function slowStartFactor(elapsedMs: number, slowStartMs: number): number {
  if (elapsedMs >= slowStartMs) return 1;
  return Math.max(leastFactor, elapsedMs / slowStartMs);
}
