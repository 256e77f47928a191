/** A directory or a file of the configuration cannot be used. Whoever chose it can choose another. */
export class DirectoryError extends Error {
  /** `key` is the configuration's: "media.directory". */
  constructor(key: string, directory: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : "unknown reason";
    super(`cannot use ${key} ${directory}: ${why}`, { cause });
  }
}
