import { dirname } from "node:path";
import type { Clock } from "../domain/clock.ts";
import type { WatchFolder } from "./watch-folder.ts";

/** What a watch works with. */
export interface WatchParts {
  /** The configuration's path. */
  readonly path: string;
  readonly watchFolder: WatchFolder;
  readonly clock: Clock;
  /** Something in the folder has changed, the file perhaps, and is written to the end. */
  readonly onChange: () => void;
  /** It cannot be watched, or no longer. */
  readonly onError: (error: unknown) => void;
}

/** How long nothing may happen before a change counts as complete, in milliseconds. */
const quietMs = 100;

/** How long a folder that never comes to rest is waited for, in milliseconds. */
const longestWaitMs = 1000;

/**
 * Watches a configuration by its folder: editors replace files, and Kubernetes
 * swaps a link beside them, so that the file itself never changes. It calls back
 * once soon after it began, since the file may have changed since it was read.
 * Returns the way to stop.
 */
export function watchConfig(parts: WatchParts): () => void {
  const { path, watchFolder, clock, onChange, onError } = parts;
  let firstAt: number | undefined;
  let cancelTimer = () => {};

  function touched(): void {
    const now = clock.monotonic();
    firstAt ??= now;
    cancelTimer();
    cancelTimer = clock.timer(Math.min(quietMs, firstAt + longestWaitMs - now), () => {
      firstAt = undefined;
      onChange();
    });
  }

  try {
    const stopWatching = watchFolder(dirname(path), touched, onError);
    touched();
    return () => {
      cancelTimer();
      stopWatching();
    };
  } catch (error) {
    onError(error);
    return () => {};
  }
}
