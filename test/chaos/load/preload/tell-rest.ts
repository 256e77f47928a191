import { answer } from "../ask.ts";

/** What a process holds when it has nothing to do. */
export interface Rest {
  /** In use on the heap, once its garbage is collected. */
  readonly heapBytes: number;
  readonly residentBytes: number;
  /** What keeps it from ending: sockets, timers, files. */
  readonly handles: number;
}

/** Loaded into a gateway before it, with --expose-gc: tells what it holds. */
answer({
  rest(): Rest {
    globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    return {
      heapBytes: heapUsed,
      residentBytes: rss,
      handles: process.getActiveResourcesInfo().length,
    };
  },
});
// The gateway ends when it wants to.
process.channel?.unref();
