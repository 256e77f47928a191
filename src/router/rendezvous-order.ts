import { createHash } from "node:crypto";
import type { Weighted } from "./weighted-order.ts";

/**
 * Puts a group into the order that belongs to a key, by weighted rendezvous
 * hashing: over many keys each member is first as often as its share says, yet
 * one key has always the same order, and when a member comes or goes the others
 * keep theirs among themselves. Members of weight 0 come last, in an order of
 * the key too. `nameOf` must tell the members apart and outlive restarts.
 */
export function rendezvousOrder<T extends Weighted>(
  group: readonly T[],
  key: string,
  nameOf: (item: T) => string,
): T[] {
  return group
    .map((item) => {
      const draw = uniform(`${key}\0${nameOf(item)}`);
      // An exponential draw with the weight as its rate: the least wins with
      // the probability of its share (Efraimidis and Spirakis, 2006).
      return { item, spare: !(item.weight > 0), score: -Math.log(draw) / (item.weight || 1) };
    })
    .sort((left, right) => Number(left.spare) - Number(right.spare) || left.score - right.score)
    .map(({ item }) => item);
}

/** A number between 0 and 1, both excluded, that depends on nothing but the text. */
function uniform(text: string): number {
  const bits = createHash("sha256").update(text).digest().readUIntBE(0, 6);
  return (bits + 0.5) / 2 ** 48;
}
