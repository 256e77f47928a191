/**
 * Shares places out to parallel calls, in order, so that no call fills more than
 * `maxPerCall`: ten places by at most four are shares of 4, 4 and 2.
 */
export function splitSlots(
  slots: readonly number[],
  maxPerCall: number,
): readonly (readonly number[])[] {
  const shares: (readonly number[])[] = [];
  for (let from = 0; from < slots.length; from += maxPerCall) {
    shares.push(slots.slice(from, from + maxPerCall));
  }
  return shares;
}
