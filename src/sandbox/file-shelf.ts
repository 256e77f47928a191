/** The files that the embedded providers give addresses of. Only the newest 64 are kept. */
export interface FileShelf {
  /** Keeps a file and says its path on the sandbox's origin: `folder` plus a name that nobody can guess. */
  put(folder: string, name: string, file: ShelfFile): string;
  get(path: string): ShelfFile | undefined;
}

/** One file. */
export interface ShelfFile {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  /** Whether a request that carries a credential is turned away, as a host of another origin does. */
  readonly foreign: boolean;
  /** When its address stops working, in milliseconds since 1970. Undefined: never. */
  readonly expiresAt?: number | undefined;
}

const capacity = 64;

/** An empty shelf. `newId` gives ids that were not given before. */
export function createFileShelf(newId: (length: number) => string): FileShelf {
  const files = new Map<string, ShelfFile>();
  return {
    put(folder, name, file) {
      const path = `${folder}/${newId(20)}/${name}`;
      files.set(path, file);
      for (const oldest of files.keys()) {
        if (files.size <= capacity) break;
        files.delete(oldest);
      }
      return path;
    },
    get: (path) => files.get(path),
  };
}
