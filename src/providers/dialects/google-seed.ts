/**
 * A seed that fits Google's int32: the lowest 31 bits, so that equal seeds stay equal.
 * Undefined stays undefined.
 */
export function seed31(seed: number | undefined): number | undefined {
  return seed === undefined ? undefined : seed % 2 ** 31;
}
