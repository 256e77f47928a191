import type { Random } from "../domain/random.ts";

/** Something that is chosen by its share. */
export interface Weighted {
  /** At least 0; fractions are allowed. Its share is its part of its group's sum. */
  readonly weight: number;
}

/**
 * Puts a group into a random order: each member is first as often as its share
 * says, and second by its share among those that are left, and so on, with one
 * random number for each choice. Members of weight 0 come last, as they were
 * given; when all are 0, all are equal. `weightOf` tells the weight that counts now.
 */
export function weightedOrder<T extends Weighted>(
  group: readonly T[],
  random: Random,
  weightOf: WeightOf<T> = ownWeight,
): readonly T[] {
  if (group.length < 2) return group;
  const left = group.filter((item) => weightOf(item) > 0);
  if (left.length === 0) return drawAll([...group], () => 1, random);
  const spare = group.filter((item) => !(weightOf(item) > 0));
  return [...drawAll(left, weightOf, random), ...spare];
}

/** Each member's share of its group, in the group's order: 1 in sum. */
export function shares<T extends Weighted>(
  group: readonly T[],
  weightOf: WeightOf<T> = ownWeight,
): number[] {
  const total = group.reduce((sum, item) => sum + weightOf(item), 0);
  return group.map((item) => (total > 0 ? weightOf(item) / total : 1 / group.length));
}

type WeightOf<T> = (item: T) => number;

function ownWeight({ weight }: Weighted): number {
  return weight;
}

/** Draws without putting back until none is left. Empties `left`. */
function drawAll<T>(left: T[], weightOf: (item: T) => number, random: Random): T[] {
  const drawn: T[] = [];
  while (left.length > 1) drawn.push(...left.splice(draw(left, weightOf, random), 1));
  return [...drawn, ...left];
}

function draw<T>(items: readonly T[], weightOf: (item: T) => number, random: Random): number {
  const total = items.reduce((sum, item) => sum + weightOf(item), 0);
  let point = random() * total;
  for (const [index, item] of items.entries()) {
    point -= weightOf(item);
    if (point < 0) return index;
  }
  // Rounding can leave a crumb beyond the last member.
  return items.length - 1;
}
