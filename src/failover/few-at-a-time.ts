/** Runs a piece of work, as soon as it is its turn. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** Lets at most so many pieces of work run at the same time. The others wait, and begin in order. */
export function fewAtATime(most: number): InTurn {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running < most) running += 1;
    else await new Promise<void>((begin) => waiting.push(begin));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
