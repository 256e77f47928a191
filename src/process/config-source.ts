import type { LoadResult } from "../config/load-config.ts";
import type { WatchFolder } from "./watch-folder.ts";

/** The texts of the files that make a configuration, by path. */
export type ConfigFiles = ReadonlyMap<string, string>;

/** Where a configuration came from, to be read again. */
export interface ConfigSource {
  /** The file. */
  readonly path: string;
  /** Reads the file, and the files that it refers to, as they are now, or as they are in `files`. */
  readonly read: (files?: ConfigFiles) => ConfigReading;
  /** What a worker serves that takes another one's place. Undefined: what the program was started with. */
  readonly applied?: ConfigFiles | undefined;
  readonly watchFolder: WatchFolder;
}

/** What came of reading a configuration, and what was read. */
export type ConfigReading = LoadResult & { readonly files: ConfigFiles };
