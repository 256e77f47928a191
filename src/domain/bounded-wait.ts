import type { Clock } from "./clock.ts";

/** Waits for work, but no longer than `ms` milliseconds: then it is undefined, and the work goes on. */
export function waitWithin<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T | undefined> {
  if (ms <= 0) return notAtAll(work);
  return waitUntil(work, (stop) => clock.timer(ms, stop));
}

/** Waits for work that cannot be aborted itself, but no longer than the signal allows: then it is undefined. */
export function waitUnlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  if (signal.aborted) return notAtAll(work);
  return waitUntil(work, (stop) => {
    signal.addEventListener("abort", stop, { once: true });
    return () => signal.removeEventListener("abort", stop);
  });
}

/** Nobody is left to be told of a bug of the work, and that is not to end the process. */
async function notAtAll(work: Promise<unknown>): Promise<undefined> {
  work.catch(ignored);
}

/** `arm` has the wait stopped some time, and returns the way to call that off. */
async function waitUntil<T>(
  work: Promise<T>,
  arm: (stop: () => void) => () => void,
): Promise<T | undefined> {
  const stopped = Promise.withResolvers<undefined>();
  const disarm = arm(() => stopped.resolve(undefined));
  try {
    return await Promise.race([work, stopped.promise]);
  } finally {
    disarm();
  }
}

function ignored(): void {}
