/** Waits for work that cannot be aborted itself, but no longer than the signal allows: then it is undefined. */
export async function waitUnlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  if (signal.aborted) {
    // Nobody is left to be told of its bug, and that is not to end the process.
    work.catch(ignored);
    return undefined;
  }
  let stop = (): void => {};
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function ignored(): void {}
