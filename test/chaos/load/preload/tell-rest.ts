import { answer } from "../ask.ts";

/** What a process holds when it has nothing to do. */
export interface Rest {
  /** In use on the heap, once its garbage is collected. */
  readonly heapBytes: number;
  /** Of the whole process, once V8 has given back the pages that it does not need. */
  readonly residentBytes: number;
  /** What keeps it from ending: sockets, timers, files. */
  readonly handles: number;
}

/** Loaded into a gateway before it, with --expose-gc: tells what it holds. */
answer({
  rest(): Rest {
    // Short of that, V8 keeps the pages of the largest heap that there ever was.
    globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
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
