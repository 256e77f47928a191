import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { deserialize, serialize } from "node:v8";
import type { Clock } from "../domain/clock.ts";
import type { Generated } from "../domain/generated.ts";
import {
  type Begun,
  type IdempotencyStore,
  type Settlement,
  type StoreLimits,
  sweepEveryMs,
} from "./idempotency-store.ts";

/** Where and how much to keep. */
export interface SqliteStoreOptions extends StoreLimits {
  /** The file. It and its folder are made when they are not there, for this user alone. */
  readonly path: string;
  readonly clock: Clock;
}

/**
 * Opens a store in a file of SQLite's. What an earlier process left there is taken
 * over. Throws when the file cannot be used: it is no such database, is damaged,
 * comes from a later version, or another process has it.
 */
export function openSqliteStore(options: SqliteStoreOptions): SqliteStore {
  const { path } = options;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, "a", 0o600));
  const database = new DatabaseSync(path);
  try {
    // One process has the file: the claims are in its memory. A lock ends with its
    // process, however that ends.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;");
    // What is committed is on the disk, also when the machine loses power.
    database.exec("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
    migrate(database);
    checkIntegrity(database);
    return new SqliteStore(database, options);
  } catch (error) {
    database.close();
    throw explained(error);
  }
}

/**
 * Keeps keys in a file: they outlive the process. A row says that something was
 * sent; its result, when there is one, lies beside it. A claim alone leaves no
 * trace, since nothing was bought yet. Results are the runtime's own serialization,
 * which later versions of it can read and which holds bytes as they are.
 */
export class SqliteStore implements IdempotencyStore {
  readonly #database: DatabaseSync;
  readonly #limits: StoreLimits;
  readonly #clock: Clock;
  /** What each running execution was asked, by key. */
  readonly #claims = new Map<string, string>();
  readonly #find: StatementSync;
  readonly #markSent: StatementSync;
  readonly #insertResult: StatementSync;
  readonly #oldestResult: StatementSync;
  readonly #dropResult: StatementSync;
  readonly #free: StatementSync;
  readonly #sweep: StatementSync;
  readonly #sum: StatementSync;
  #stopTimer: () => void;

  /** To be made by `openSqliteStore`. */
  constructor(database: DatabaseSync, options: SqliteStoreOptions) {
    this.#database = database;
    this.#limits = options;
    this.#clock = options.clock;
    const prepare = (text: string) => database.prepare(text);
    this.#find = prepare(
      "SELECT request, value FROM purchases LEFT JOIN results USING (key) WHERE key = ? AND expires_at > ?",
    );
    this.#markSent = prepare(
      "INSERT INTO purchases (key, request, expires_at) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET request = excluded.request, expires_at = excluded.expires_at",
    );
    this.#insertResult = prepare("INSERT INTO results (key, size, value) VALUES (?, ?, ?)");
    this.#oldestResult = prepare(
      "SELECT key, size FROM results JOIN purchases USING (key) ORDER BY expires_at LIMIT 1",
    );
    this.#dropResult = prepare("DELETE FROM results WHERE key = ?");
    this.#free = prepare("DELETE FROM purchases WHERE key = ?");
    this.#sweep = prepare("DELETE FROM purchases WHERE expires_at <= ?");
    this.#sum = prepare("SELECT coalesce(sum(size), 0) AS bytes FROM results");
    this.#sweep.run(this.#clock.now());
    this.#stopTimer = this.#sweepLater();
  }

  async begin(key: string, request: string): Promise<Begun> {
    const claimed = this.#claims.get(key);
    if (claimed !== undefined) return { kind: claimed === request ? "running" : "conflict" };
    const row = this.#find.get(key, this.#clock.now());
    if (row === undefined) {
      this.#free.run(key);
      this.#claims.set(key, request);
      return { kind: "new" };
    }
    if (row["request"] !== request) return { kind: "conflict" };
    const value = row["value"];
    if (!(value instanceof Uint8Array)) return { kind: "unknown" };
    return { kind: "kept", generated: deserialize(value) as Generated };
  }

  async markSent(key: string): Promise<void> {
    this.#markSent.run(key, this.#requestOf(key), this.#expiry());
  }

  async settle(key: string, settlement: Settlement): Promise<void> {
    const request = this.#requestOf(key);
    this.#claims.delete(key);
    switch (settlement.kind) {
      case "free":
        this.#free.run(key);
        return;
      case "unknown":
        this.#markSent.run(key, request, this.#expiry());
        return;
      case "kept":
        this.#keep(key, request, serialize(settlement.generated));
    }
  }

  async close(): Promise<void> {
    this.#stopTimer();
    this.#database.close();
  }

  #keep(key: string, request: string, value: Uint8Array): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      this.#markSent.run(key, request, this.#expiry());
      if (value.length <= this.#limits.maxBytes) {
        this.#makeRoom(value.length);
        this.#insertResult.run(key, value.length, value);
      }
      this.#database.exec("COMMIT");
    } catch (error) {
      // What was written before stands: it was sent.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  #makeRoom(bytes: number): void {
    let used = Number(this.#sum.get()?.["bytes"]);
    while (used + bytes > this.#limits.maxBytes) {
      const oldest = this.#oldestResult.get();
      if (oldest === undefined) return;
      this.#dropResult.run(String(oldest["key"]));
      used -= Number(oldest["size"]);
    }
  }

  #requestOf(key: string): string {
    const request = this.#claims.get(key);
    if (request === undefined) throw new Error("This key nobody has claimed.");
    return request;
  }

  #expiry(): number {
    return this.#clock.now() + this.#limits.lifetimeMs;
  }

  #sweepLater(): () => void {
    return this.#clock.timer(sweepEveryMs, () => {
      this.#sweep.run(this.#clock.now());
      this.#stopTimer = this.#sweepLater();
    });
  }
}

const schemaVersion = 1;

function migrate(database: DatabaseSync): void {
  const version = database.prepare("PRAGMA user_version").get()?.["user_version"];
  if (version === schemaVersion) return;
  if (version !== 0) throw new Error(`it is of version ${version}, and this is ${schemaVersion}`);
  database.exec(`
    BEGIN EXCLUSIVE;
    CREATE TABLE purchases (
      key TEXT PRIMARY KEY,
      request TEXT NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX purchases_by_expiry ON purchases (expires_at);
    CREATE TABLE results (
      key TEXT PRIMARY KEY REFERENCES purchases ON DELETE CASCADE,
      size INTEGER NOT NULL,
      value BLOB NOT NULL
    ) STRICT;
    PRAGMA user_version = ${schemaVersion};
    COMMIT;
  `);
}

/** The small table only: results can be large, and a damaged one is found when it is read. */
function checkIntegrity(database: DatabaseSync): void {
  const problem = database.prepare("PRAGMA quick_check(purchases)").get()?.["quick_check"];
  if (problem !== "ok") throw new Error(`it is damaged: ${problem}`);
}

function explained(error: unknown): unknown {
  const busy = error instanceof Error && "errcode" in error && error.errcode === sqliteBusy;
  return busy ? new Error("another process has it", { cause: error }) : error;
}

/** sqlite.org/rescode.html, SQLITE_BUSY. */
const sqliteBusy = 5;
