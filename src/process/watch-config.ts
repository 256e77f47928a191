import { dirname } from "node:path";
import type { Clock } from "../domain/clock.ts";
import type { WatchFolder } from "./watch-folder.ts";

/** What a watch works with. */
export interface WatchParts {
  /** The configuration's path. */
  readonly path: string;
  readonly watchFolder: WatchFolder;
  readonly clock: Clock;
  /** Something in a folder has changed, the file perhaps, and is written to the end. */
  readonly onChange: () => void;
  /** It cannot be watched, or no longer. */
  readonly onError: (error: unknown) => void;
}

/** A watch that goes on until it is stopped. */
export interface ConfigWatch {
  /** Watches another file too, in place of the one that this was told before. Undefined: none. */
  follow(path: string | undefined): void;
  stop(): void;
}

/** How long nothing may happen before a change counts as complete, in milliseconds. */
const quietMs = 100;

/** How long a folder that never comes to rest is waited for, in milliseconds. */
const longestWaitMs = 1000;

/**
 * Watches a configuration by its folder: editors replace files, and Kubernetes
 * swaps a link beside them, so that the file itself never changes. It calls back
 * once soon after it began, since the file may have changed since it was read.
 */
export function watchConfig(parts: WatchParts): ConfigWatch {
  const { path, watchFolder, clock, onChange, onError } = parts;
  const ownFolder = dirname(path);
  let firstAt: number | undefined;
  let cancelTimer = () => {};
  let followed: Watched | undefined;

  function touched(): void {
    const now = clock.monotonic();
    firstAt ??= now;
    cancelTimer();
    cancelTimer = clock.timer(Math.min(quietMs, firstAt + longestWaitMs - now), () => {
      firstAt = undefined;
      onChange();
    });
  }

  function watch(folder: string): Watched | undefined {
    try {
      const stop = watchFolder(folder, touched, onError);
      touched();
      return { folder, stop };
    } catch (error) {
      onError(error);
      return undefined;
    }
  }

  const own = watch(ownFolder);
  return {
    follow(path) {
      const folder = path === undefined ? ownFolder : dirname(path);
      if (folder === (followed?.folder ?? ownFolder)) return;
      followed?.stop();
      followed = folder === ownFolder ? undefined : watch(folder);
    },
    stop() {
      cancelTimer();
      own?.stop();
      followed?.stop();
    },
  };
}

interface Watched {
  readonly folder: string;
  readonly stop: () => void;
}
