import { createReadStream } from "node:fs";
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../domain/clock.ts";
import { errorCode } from "../../domain/error-code.ts";
import type { MediaFile, MediaFiles, MediaStore, StoreResult } from "../../domain/media-store.ts";
import { fileName, typeOfName } from "./file-names.ts";

/** How files are kept on disk. */
export interface DiskStoreOptions {
  /** Made when it is not there, for this user alone. */
  readonly directory: string;
  /** How long a file is kept, in milliseconds. */
  readonly lifetimeMs: number;
  /** The most bytes that all files have together. */
  readonly maxBytes: number;
  /** What stands before a file's name in its link; asked at each link. */
  readonly linkBase: () => string;
  /** Makes names that nobody can guess: at least 32 random bytes. */
  readonly secret: Uint8Array;
  readonly clock: Clock;
}

/**
 * Opens a store of files in one directory. What an earlier process left there is
 * taken over: its links go on until their time is over. Rejects when the
 * directory cannot be used.
 */
export async function openDiskStore(options: DiskStoreOptions): Promise<DiskStore> {
  const { directory, clock } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const files = new Map<string, KeptFile>();
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const found = await stat(path).catch(ignored);
    if (found === undefined || !found.isFile()) continue;
    if (typeOfName(name) !== undefined) {
      files.set(name, { size: found.size, expiresAt: Math.round(found.mtimeMs) });
    } else if (isDraft(name) && found.mtimeMs < clock.now() - draftLifetimeMs) {
      await rm(path, { force: true });
    }
  }
  const store = new DiskStore(options, files);
  await store.sweep();
  return store;
}

/**
 * Files on disk, each named by its content and a secret. A file is complete or not
 * there: it is written aside and moved into its place. Its time of modification
 * is when its link ends, so that any process that shares the directory knows it.
 */
export class DiskStore implements MediaStore, MediaFiles {
  readonly #options: DiskStoreOptions;
  readonly #files: Map<string, KeptFile>;
  readonly #writing = new Map<string, Promise<StoreResult>>();
  #sweeping: Promise<void> | undefined;
  #used = 0;
  #drafts = 0;
  #stopTimer: () => void;

  /** To be made by `openDiskStore`. */
  constructor(options: DiskStoreOptions, files: Map<string, KeptFile>) {
    this.#options = options;
    this.#files = files;
    for (const { size } of files.values()) this.#used += size;
    this.#stopTimer = this.#sweepLater();
  }

  async put(bytes: Uint8Array, mimeType: string, signal: AbortSignal): Promise<StoreResult> {
    const name = fileName(bytes, mimeType, this.#options.secret);
    if (name === undefined) return failed("The media store does not keep files of this type.");
    // The same image at the same time is written once.
    const running = this.#writing.get(name);
    if (running !== undefined) return running;
    const writing = this.#write(name, bytes, signal).finally(() => this.#writing.delete(name));
    this.#writing.set(name, writing);
    return writing;
  }

  async find(name: string): Promise<MediaFile | undefined> {
    const mimeType = typeOfName(name);
    if (mimeType === undefined) return undefined;
    const path = join(this.#options.directory, name);
    const found = await stat(path).catch(ignored);
    if (found === undefined || !found.isFile()) return undefined;
    const expiresAt = Math.round(found.mtimeMs);
    if (expiresAt <= this.#options.clock.now()) return undefined;
    return {
      mimeType,
      size: found.size,
      expiresAt,
      read: (start, end) => createReadStream(path, { start, end }),
    };
  }

  /** Removes every file whose time is over. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#removeOld().finally(() => {
      this.#sweeping = undefined;
    });
    return this.#sweeping;
  }

  async close(): Promise<void> {
    this.#stopTimer();
    await Promise.all(this.#writing.values());
  }

  async #write(name: string, bytes: Uint8Array, signal: AbortSignal): Promise<StoreResult> {
    // What is being removed must not be taken for something that stays.
    await this.#sweeping;
    const { directory, lifetimeMs, maxBytes, clock, linkBase } = this.#options;
    const expiresAt = clock.now() + lifetimeMs;
    const path = join(directory, name);
    const stored: StoreResult = { kind: "stored", url: linkBase() + name, expiresAt };
    if (this.#files.has(name) && (await this.#prolong(path, expiresAt))) {
      this.#files.set(name, { size: bytes.length, expiresAt });
      return stored;
    }
    this.#forget(name);
    if (this.#used + bytes.length > maxBytes) await this.sweep();
    if (this.#used + bytes.length > maxBytes) return failed("The media store is full.");
    // The room is taken before the file is written: others are written meanwhile.
    this.#files.set(name, { size: bytes.length, expiresAt });
    this.#used += bytes.length;
    const draft = join(directory, `.${name}.${this.#drafts++}${draftEnding}`);
    try {
      await writeFile(draft, bytes, { mode: 0o600, flag: "wx", signal });
      await utimes(draft, clock.now() / 1000, expiresAt / 1000);
      await rename(draft, path);
      return stored;
    } catch (error) {
      this.#forget(name);
      await rm(draft, { force: true }).catch(ignored);
      return failed(
        `The media store could not write the file (${errorCode(error) ?? "unknown reason"}).`,
      );
    }
  }

  /** Whether the file is still there, and now for longer. */
  async #prolong(path: string, expiresAt: number): Promise<boolean> {
    try {
      await utimes(path, this.#options.clock.now() / 1000, expiresAt / 1000);
      return true;
    } catch {
      return false;
    }
  }

  async #removeOld(): Promise<void> {
    const { clock, directory } = this.#options;
    for (const [name, file] of this.#files) {
      if (file.expiresAt > clock.now() || this.#writing.has(name)) continue;
      const path = join(directory, name);
      const found = await stat(path).catch(ignored);
      const expiresAt = Math.round(found?.mtimeMs ?? 0);
      if (expiresAt > clock.now()) {
        // Another process that shares the directory has prolonged it.
        this.#files.set(name, { size: file.size, expiresAt });
        continue;
      }
      this.#forget(name);
      await rm(path, { force: true }).catch(ignored);
    }
  }

  #forget(name: string): void {
    this.#used -= this.#files.get(name)?.size ?? 0;
    this.#files.delete(name);
  }

  #sweepLater(): () => void {
    const { clock, lifetimeMs } = this.#options;
    return clock.timer(Math.min(lifetimeMs, sweepEveryMs), () => {
      this.#stopTimer = this.#sweepLater();
      void this.sweep();
    });
  }
}

/** What is known of a file without looking. */
interface KeptFile {
  readonly size: number;
  readonly expiresAt: number;
}

const sweepEveryMs = 60_000;

/** How long a draft is left alone that another process may be writing. */
const draftLifetimeMs = 3_600_000;

const draftEnding = ".draft";

function isDraft(name: string): boolean {
  return name.startsWith(".") && name.endsWith(draftEnding);
}

function failed(message: string): StoreResult {
  return { kind: "failed", message };
}

function ignored(): undefined {}
