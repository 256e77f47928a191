import type { SeedRange } from "../domain/capabilities.ts";

/**
 * The seed to send where a provider takes those of a range: the one that was asked for, or
 * the one that it comes to when the range is counted through again from its beginning. So
 * equal seeds stay equal, and since the seeds of `count` images follow each other, room for
 * those is left at the end: no two images get the same one.
 */
export function seedWithin(seed: number, range: true | SeedRange, count: number): number {
  if (range === true) return seed;
  const { least, most } = range;
  const last = most - (count - 1);
  if (seed >= least && seed <= last) return seed;
  const places = last - least + 1;
  return least + ((((seed - least) % places) + places) % places);
}

/** Why another seed is sent, as a sentence. */
export function seedReason({ least, most }: SeedRange): string {
  return `The provider takes seeds from ${least} to ${most}.`;
}
