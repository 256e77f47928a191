import type { Secret } from "../domain/secret.ts";

/**
 * Chooses a key: in turn, the first from there on that can be used at once, so that
 * all take the same share; without such a one, that which has to wait least.
 * `waitMs` tells how long a key is of no use, 0 when it is.
 */
export function chooseKey(
  keys: readonly Secret[],
  turn: number,
  waitMs: (key: Secret) => number,
): Secret | undefined {
  let best: Secret | undefined;
  let shortest = Number.POSITIVE_INFINITY;
  for (let step = 0; step < keys.length; step++) {
    const key = keys[(turn + step) % keys.length] as Secret;
    const wait = waitMs(key);
    if (wait === 0) return key;
    if (best === undefined || wait < shortest) {
      best = key;
      shortest = wait;
    }
  }
  return best;
}
