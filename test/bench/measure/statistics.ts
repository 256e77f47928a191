/** What several rounds gave. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** The middle and the ends of at least one number. */
export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

/** The middle of at least one number; of an even count, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The value below which this share of at least one number lies, 0 to 100, between neighbours in proportion. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = ((sorted.length - 1) * share) / 100;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) throw new Error("no values");
  return below + (above - below) * (place - Math.floor(place));
}

/** Each round's value over the same round's other value: what slows a whole round down cancels out. */
export function ratios(values: readonly number[], others: readonly number[]): readonly number[] {
  return values.map((value, round) => value / (others[round] ?? Number.NaN));
}

/**
 * What a share of requests in a row stays below, as the median over so many in a row at a
 * time: a stop of the machine spoils the stretch it falls into, and not the whole. Those
 * that fill no stretch of their own are left out, unless there are no others.
 */
export function steadyPercentile(values: readonly number[], share: number, inARow: number): number {
  const stretches = Math.max(1, Math.floor(values.length / inARow));
  return median(
    Array.from({ length: stretches }, (_, index) =>
      percentile(values.slice(index * inARow, (index + 1) * inARow), share),
    ),
  );
}
