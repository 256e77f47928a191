import type { CallEnd, MakeCall } from "./call-end.ts";

/** Callers that do not wait for each other. */
export interface SteadyLoad {
  /** How the calls ended that have ended. */
  readonly ends: readonly CallEnd[];
  /** Makes no new call, and waits for those under way. */
  stop(): Promise<void>;
}

/**
 * Makes so many calls a second, evenly, whatever becomes of them: a call that is
 * slow keeps nobody from making the next one when it is due.
 */
export function startSteadyLoad(perSecond: number, call: MakeCall): SteadyLoad {
  const ends: CallEnd[] = [];
  const running = new Set<Promise<void>>();
  const startedAt = performance.now();
  const dueAt = (number: number) => startedAt + (number * 1000) / perSecond;
  let made = 0;
  let timer: NodeJS.Timeout;
  const next = () => {
    while (dueAt(made) <= performance.now()) {
      const due = dueAt(made);
      const one = call(made++).then((end) => void ends.push({ ...end, dueAt: due }));
      running.add(one);
      void one.finally(() => running.delete(one));
    }
    timer = setTimeout(next, Math.max(0, dueAt(made) - performance.now()));
  };
  next();
  return {
    ends,
    async stop() {
      clearTimeout(timer);
      await Promise.all(running);
    },
  };
}
