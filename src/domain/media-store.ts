import type { Readable } from "node:stream";

/** A place for images that callers want as links. */
export interface MediaStore {
  /**
   * Keeps a file for the store's lifetime. It never rejects, and gives up when the
   * signal aborts. The same bytes may get the same link.
   */
  put(bytes: Uint8Array, mimeType: string, signal: AbortSignal): Promise<StoreResult>;
  /** Lets go of timers and connections. Links stay good as long as the place does. */
  close(): Promise<void>;
}

/** How the keeping of a file went. */
export type StoreResult =
  | {
      readonly kind: "stored";
      readonly url: string;
      /** When the link stops working, in milliseconds since 1970. */
      readonly expiresAt: number;
    }
  | {
      readonly kind: "failed";
      /** Why, in one sentence, with identifiers only. */
      readonly message: string;
    };

/** Files that this process serves itself. */
export interface MediaFiles {
  /** The file of this name. Undefined when there is none, or its time is over. */
  find(name: string): Promise<MediaFile | undefined>;
}

/** A file to serve. */
export interface MediaFile {
  readonly mimeType: string;
  /** In bytes. */
  readonly size: number;
  /** In milliseconds since 1970. */
  readonly expiresAt: number;
  /** Reads the bytes from `first` to `last`, both included. */
  read(first: number, last: number): Readable;
}
