import { watch } from "node:fs";

/**
 * Watches a folder: calls back when an entry of it is made, changed, renamed or
 * removed. Throws when it cannot be watched. Returns the way to stop.
 */
export type WatchFolder = (
  folder: string,
  onChange: () => void,
  onError: (error: unknown) => void,
) => () => void;

/** Watches a folder of the file system. */
export const watchFolder: WatchFolder = (folder, onChange, onError) => {
  const watcher = watch(folder, onChange);
  watcher.on("error", onError);
  return () => watcher.close();
};
