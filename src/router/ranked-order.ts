import type { Random } from "../domain/random.ts";
import { shares, type Weighted, weightedOrder } from "./weighted-order.ts";

/** Something that is chosen by its rank. */
export interface Ranked extends Weighted {
  /** The least is the best. */
  readonly rank: number;
  /** The part of its traffic that it takes while it comes back, above 0 and up to 1. */
  readonly factor: number;
}

/** Among how many members the best one is looked for: two that are drawn by weight, or all. */
export type Choices = "two" | "all";

/**
 * Puts a group into the order of its ranks, the best first, ties by chance and
 * weight. With the choices "two" the first place is that of the better of two that
 * are drawn by weight, so that not everybody runs to the same one at once
 * (Mitzenmacher, The Power of Two Choices in Randomized Load Balancing, 2001).
 * Members of weight 0 come last; when all are 0, all are equal.
 *
 * Who comes first and is further behind in coming back than the second yields to
 * it by chance, and so takes first traffic in proportion to its factor.
 */
export function rankedOrder<T extends Ranked>(
  group: readonly T[],
  choices: Choices,
  random: Random,
): T[] {
  const { able, spare } = split(group);
  const drawn = weightedOrder(able, random);
  const sample = choices === "two" ? drawn.slice(0, 2) : drawn;
  const [best, second] = sample.toSorted(byRank);
  if (best === undefined) return [];
  const first = second !== undefined && yields(best, second, random) ? second : best;
  const others = drawn.filter((item) => item !== first).sort(byRank);
  return [first, ...others, ...spare.toSorted(byRank)];
}

/** The order that is likeliest, without chance: ties by weight, then as they were given. */
export function likeliestOrder<T extends Ranked>(group: readonly T[], choices: Choices): T[] {
  const chances = firstChances(group, choices);
  const most = Math.max(...chances);
  const first = group.filter((_, index) => chances[index] === most).sort(byRankAndWeight)[0];
  if (first === undefined) return [];
  const { able, spare } = split(group.filter((item) => item !== first));
  return [first, ...able.sort(byRankAndWeight), ...spare.sort(byRank)];
}

/** The chance of each member to be the first of `rankedOrder`, in the group's order: exact, and 1 in sum. */
export function firstChances<T extends Ranked>(group: readonly T[], choices: Choices): number[] {
  const { able } = split(group);
  const chances = new Map<T, number>();
  const add = (item: T, chance: number) => chances.set(item, (chances.get(item) ?? 0) + chance);
  const leads = choices === "two" ? leadsOfTwo(able) : leadsOfAll(able);
  for (const { best, second, chance } of leads) {
    const kept = second === undefined ? 1 : Math.min(1, best.factor / second.factor);
    add(best, chance * kept);
    if (second !== undefined) add(second, chance * (1 - kept));
  }
  return group.map((item) => chances.get(item) ?? 0);
}

/** Who comes first before anybody yields, and to whom it may yield. */
interface Lead<T> {
  readonly best: T;
  readonly second?: T | undefined;
  readonly chance: number;
}

function leadsOfTwo<T extends Ranked>(able: readonly T[]): readonly Lead<T>[] {
  return drawnPairs(able).map(({ best, second, chance }) =>
    second !== undefined && second.rank < best.rank
      ? { best: second, second: best, chance }
      : { best, second, chance },
  );
}

function leadsOfAll<T extends Ranked>(able: readonly T[]): readonly Lead<T>[] {
  const best = withLeastRank(able);
  const [only] = best;
  if (only === undefined || best.length > 1) return drawnPairs(best);
  const next = withLeastRank(able.filter((item) => item !== only));
  if (next.length === 0) return [{ best: only, chance: 1 }];
  return shares(next).map((chance, index) => ({ best: only, second: next[index], chance }));
}

/** Every way to draw two by weight, one after the other and without putting back. */
function drawnPairs<T extends Ranked>(able: readonly T[]): readonly Lead<T>[] {
  const [only] = able;
  if (only !== undefined && able.length === 1) return [{ best: only, chance: 1 }];
  const first = shares(able);
  return able.flatMap((best, index) => {
    const others = able.filter((item) => item !== best);
    const next = shares(others);
    return others.map((second, place) => ({
      best,
      second,
      chance: (first[index] ?? 0) * (next[place] ?? 0),
    }));
  });
}

function withLeastRank<T extends Ranked>(items: readonly T[]): readonly T[] {
  const least = Math.min(...items.map(({ rank }) => rank));
  return items.filter(({ rank }) => rank === least);
}

function yields(best: Ranked, second: Ranked, random: Random): boolean {
  return best.factor < second.factor && random() >= best.factor / second.factor;
}

/** Those that take first traffic, and those that do not. */
function split<T extends Ranked>(group: readonly T[]): { readonly able: T[]; readonly spare: T[] } {
  const able = group.filter(({ weight }) => weight > 0);
  if (able.length === 0) return { able: [...group], spare: [] };
  return { able, spare: group.filter(({ weight }) => !(weight > 0)) };
}

/** Infinity minus itself is no number, so ranks are compared. */
function byRank(left: Ranked, right: Ranked): number {
  if (left.rank === right.rank) return 0;
  return left.rank < right.rank ? -1 : 1;
}

function byRankAndWeight(left: Ranked, right: Ranked): number {
  return byRank(left, right) || right.weight * right.factor - left.weight * left.factor;
}
