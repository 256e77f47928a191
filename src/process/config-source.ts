import type { LoadResult } from "../config/load-config.ts";
import type { WatchFolder } from "./watch-folder.ts";

/** Where a configuration came from, to be read again. */
export interface ConfigSource {
  /** The file. */
  readonly path: string;
  /** Reads the file, and the files that it refers to, as they are now. */
  readonly read: () => LoadResult;
  readonly watchFolder: WatchFolder;
}
