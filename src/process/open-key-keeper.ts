import type { IdempotencyConfig } from "../config/config.ts";
import type { Clock } from "../domain/clock.ts";
import { DirectoryError } from "../domain/directory-error.ts";
import type { IdempotencyStore } from "../idempotency/idempotency-store.ts";
import { KeyKeeper } from "../idempotency/key-keeper.ts";
import { MemoryStore } from "../idempotency/memory-store.ts";
import { openSqliteStore } from "../idempotency/sqlite-store.ts";
import type { Logger } from "../telemetry/logger.ts";

/** Who keeps idempotency keys, and the way to let go of where they are. */
export interface OpenKeyKeeper {
  readonly keys: KeyKeeper;
  close(): Promise<void>;
}

/** What a keeper of keys needs of the process. */
export interface KeyKeeperWorld {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Undefined: the one that the configuration asks for. */
  readonly store?: IdempotencyStore | undefined;
}

/** Makes the keeper of keys. Rejects with a DirectoryError when its store's file cannot be used. */
export async function openKeyKeeper(
  config: IdempotencyConfig,
  { clock, logger, store = openIdempotencyStore(config, clock) }: KeyKeeperWorld,
): Promise<OpenKeyKeeper> {
  const forgets = config.store.kind === "memory" && !config.store.chosen;
  const keys = new KeyKeeper({
    store,
    storeLasts: config.store.kind === "sqlite",
    clock,
    onFirstKey: () => {
      if (forgets) logger.warn("idempotency keys end with this process: set idempotency.path");
    },
    onNotKept: (what, error) => logger.error({ err: error }, `idempotency ${what} not kept`),
  });
  return { keys, close: () => store.close() };
}

/** Opens the store that the configuration asks for. Throws a DirectoryError when its file cannot be used. */
export function openIdempotencyStore(config: IdempotencyConfig, clock: Clock): IdempotencyStore {
  const { store } = config;
  if (store.kind === "memory") return new MemoryStore(config, clock);
  try {
    return openSqliteStore({ ...config, path: store.path, clock });
  } catch (error) {
    throw new DirectoryError("idempotency.path", store.path, error);
  }
}
