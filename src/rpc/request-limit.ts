import { needsKey } from "./arrival.ts";
import type { Limits } from "./limits.ts";

/**
 * The most bytes of a request to a method, by its whole name. What is asked without a
 * key is small, so that nobody without one makes the process hold a large message.
 */
export function requestLimit(method: string, { maxMessageBytes }: Limits): number {
  return needsKey(method) ? maxMessageBytes : Math.min(maxMessageBytes, mostWithoutKey);
}

/** Health checks and reflection ask for a name each time. */
const mostWithoutKey = 64 * 1024;
