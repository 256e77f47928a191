import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DiskStoreConfig, MediaConfig } from "../config/config.ts";
import type { Clock } from "../domain/clock.ts";
import { DirectoryError } from "../domain/directory-error.ts";
import type { MediaFiles, MediaStore } from "../domain/media-store.ts";
import { openDiskStore } from "../media/store/disk-store.ts";
import { openS3Store } from "../media/store/s3-store.ts";
import { mediaPath } from "../rpc/serve-media.ts";

/** The place for images, and the files of it that this process serves. */
export interface OpenMediaStore {
  /** Undefined: there is no such place. */
  readonly store?: MediaStore | undefined;
  /** Undefined: the place serves its files itself. */
  readonly files?: MediaFiles | undefined;
  close(): Promise<void>;
}

/** What a store needs of the process. */
export interface MediaWorld {
  readonly clock: Clock;
  readonly newId: () => string;
  /** "http://HOST:PORT" of the Connect listener, once it listens. */
  readonly ownUrl: () => string;
}

/** Opens the store that the configuration asks for. Rejects with a DirectoryError when its directory cannot be used. */
export async function openMediaStore(
  { store: config }: MediaConfig,
  world: MediaWorld,
): Promise<OpenMediaStore> {
  switch (config?.kind) {
    case undefined:
      return { close: async () => {} };
    case "disk":
      return openDisk(config, world);
    case "s3": {
      const store = await openS3Store({ ...config, clock: world.clock });
      return { store, close: () => store.close() };
    }
  }
}

async function openDisk(
  { directory, baseUrl, lifetimeMs, maxBytes }: DiskStoreConfig,
  { clock, newId, ownUrl }: MediaWorld,
): Promise<OpenMediaStore> {
  const temporary =
    directory === undefined ? await mkdtemp(join(tmpdir(), "spillway-media-")) : undefined;
  const place = directory ?? temporary ?? "";
  const store = await openDiskStore({
    directory: place,
    lifetimeMs,
    maxBytes,
    linkBase: () => (baseUrl ?? ownUrl()) + mediaPath,
    secret: createHash("sha256").update(`${newId()}${newId()}${newId()}`).digest(),
    clock,
  }).catch((error: unknown) => {
    throw new DirectoryError("media.directory", place, error);
  });
  return {
    store,
    files: store,
    async close() {
      await store.close();
      if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
    },
  };
}
