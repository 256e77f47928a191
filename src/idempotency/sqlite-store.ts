import type { DatabaseSync, StatementSync } from "node:sqlite";
import { deserialize, serialize } from "node:v8";
import type { Clock } from "../domain/clock.ts";
import type { Generated } from "../domain/generated.ts";
import type { JobTicket } from "../domain/job-ticket.ts";
import { CommitGroup } from "./commit-group.ts";
import {
  type Begun,
  type IdempotencyStore,
  type Settlement,
  type StoreLimits,
  sweepEveryMs,
} from "./idempotency-store.ts";
import { openStoreFile } from "./store-file.ts";

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
  return new SqliteStore(openStoreFile(options.path), options);
}

/**
 * Keeps keys in a file: they outlive the process. A row says that something was
 * sent; the tickets of its jobs, and its result when there is one, lie beside it. A claim alone leaves no
 * trace, since nothing was bought yet. Results are the runtime's own serialization,
 * which later versions of it can read and which holds bytes as they are.
 */
export class SqliteStore implements IdempotencyStore {
  readonly #database: DatabaseSync;
  readonly #limits: StoreLimits;
  readonly #clock: Clock;
  readonly #group: CommitGroup;
  /** What each running execution was asked, by key. */
  readonly #claims = new Map<string, string>();
  readonly #find: StatementSync;
  readonly #markSent: StatementSync;
  readonly #findJobs: StatementSync;
  readonly #writeJob: StatementSync;
  readonly #strikeJob: StatementSync;
  readonly #dropJobs: StatementSync;
  readonly #insertResult: StatementSync;
  readonly #sizeOf: StatementSync;
  readonly #oldestResult: StatementSync;
  readonly #dropResult: StatementSync;
  readonly #free: StatementSync;
  readonly #sizeOfOld: StatementSync;
  readonly #dropOld: StatementSync;
  /** How many bytes all results have. They are summed up once: a file can have millions. */
  #used: number;
  #stopTimer: () => void;

  /** To be made by `openSqliteStore`. */
  constructor(database: DatabaseSync, options: SqliteStoreOptions) {
    this.#database = database;
    this.#group = new CommitGroup(database);
    this.#limits = options;
    this.#clock = options.clock;
    const prepare = (text: string) => database.prepare(text);
    this.#find = prepare(
      "SELECT request, value FROM purchases LEFT JOIN results USING (key) WHERE key = ? AND expires_at > ?",
    );
    this.#markSent = prepare(
      "INSERT INTO purchases (key, request, expires_at) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET request = excluded.request, expires_at = excluded.expires_at",
    );
    this.#findJobs = prepare("SELECT ticket FROM jobs WHERE key = ?");
    this.#writeJob = prepare(
      "INSERT INTO jobs (key, call, ticket) VALUES (?, ?, ?) ON CONFLICT (key, call) DO UPDATE SET ticket = excluded.ticket",
    );
    this.#strikeJob = prepare("DELETE FROM jobs WHERE key = ? AND call = ?");
    this.#dropJobs = prepare("DELETE FROM jobs WHERE key = ?");
    this.#insertResult = prepare("INSERT INTO results (key, size, value) VALUES (?, ?, ?)");
    this.#sizeOf = prepare("SELECT size FROM results WHERE key = ?");
    // By the order in which they came, since keys without a result are older still.
    this.#oldestResult = prepare("SELECT key, size FROM results ORDER BY rowid LIMIT 1");
    this.#dropResult = prepare("DELETE FROM results WHERE key = ?");
    this.#free = prepare("DELETE FROM purchases WHERE key = ?");
    const old = "expires_at <= ? AND key NOT IN (SELECT value FROM json_each(?))";
    this.#sizeOfOld = prepare(
      `SELECT coalesce(sum(size), 0) AS bytes FROM purchases JOIN results USING (key) WHERE ${old}`,
    );
    this.#dropOld = prepare(`DELETE FROM purchases WHERE ${old}`);
    const sum = prepare("SELECT coalesce(sum(size), 0) AS bytes FROM results");
    this.#used = Number(sum.get()?.["bytes"]);
    this.#sweep();
    this.#stopTimer = this.#sweepLater();
  }

  async begin(key: string, request: string): Promise<Begun> {
    const claimed = this.#claims.get(key);
    if (claimed !== undefined) return { kind: claimed === request ? "running" : "conflict" };
    const row = this.#find.get(key, this.#clock.now());
    if (row === undefined) {
      this.#remove(key);
      this.#claims.set(key, request);
      return { kind: "new" };
    }
    if (row["request"] !== request) return { kind: "conflict" };
    const value = row["value"];
    if (value instanceof Uint8Array) {
      return { kind: "kept", generated: deserialize(value) as Generated };
    }
    const tickets = this.#findJobs.all(key).map((job) => JSON.parse(String(job["ticket"])));
    if (tickets.length === 0) return { kind: "unknown" };
    this.#claims.set(key, request);
    return { kind: "left", tickets };
  }

  async markSent(key: string): Promise<void> {
    const request = this.#requestOf(key);
    await this.#group.add(() => this.#markSent.run(key, request, this.#expiry()));
  }

  async writeJob(key: string, ticket: JobTicket): Promise<void> {
    this.#requestOf(key);
    const text = JSON.stringify(ticket);
    await this.#group.add(() => this.#writeJob.run(key, ticket.callId, text));
  }

  async strikeJob(key: string, callId: string): Promise<void> {
    this.#requestOf(key);
    await this.#group.add(() => this.#strikeJob.run(key, callId));
  }

  async settle(key: string, settlement: Settlement): Promise<void> {
    const request = this.#requestOf(key);
    // What was written before it for this key comes before it.
    this.#group.flush();
    this.#claims.delete(key);
    switch (settlement.kind) {
      case "free":
        this.#remove(key);
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
    this.#group.flush();
    this.#database.close();
  }

  #keep(key: string, request: string, value: Uint8Array): void {
    let used = this.#used;
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      this.#markSent.run(key, request, this.#expiry());
      this.#dropJobs.run(key);
      if (value.length <= this.#limits.maxBytes) {
        used = this.#makeRoom(used, value.length) + value.length;
        this.#insertResult.run(key, value.length, value);
      }
      this.#database.exec("COMMIT");
      this.#used = used;
    } catch (error) {
      // What was written before stands: it was sent.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  /** Lets the oldest results go until so many bytes have room. Returns what is used then. */
  #makeRoom(used: number, bytes: number): number {
    let left = used;
    while (left + bytes > this.#limits.maxBytes) {
      const oldest = this.#oldestResult.get();
      if (oldest === undefined) break;
      this.#dropResult.run(String(oldest["key"]));
      left -= Number(oldest["size"]);
    }
    return left;
  }

  #remove(key: string): void {
    const bytes = Number(this.#sizeOf.get(key)?.["size"] ?? 0);
    this.#free.run(key);
    this.#used -= bytes;
  }

  #requestOf(key: string): string {
    const request = this.#claims.get(key);
    if (request === undefined) throw new Error("Nobody has claimed this key.");
    return request;
  }

  #expiry(): number {
    return this.#clock.now() + this.#limits.lifetimeMs;
  }

  /** Removes what is too old, but for keys whose executions go on: those may write yet. */
  #sweep(): void {
    const now = this.#clock.now();
    const claimed = JSON.stringify([...this.#claims.keys()]);
    const bytes = Number(this.#sizeOfOld.get(now, claimed)?.["bytes"]);
    this.#dropOld.run(now, claimed);
    this.#used -= bytes;
  }

  #sweepLater(): () => void {
    return this.#clock.timer(sweepEveryMs, () => {
      this.#stopTimer = this.#sweepLater();
      try {
        this.#sweep();
      } catch {
        // A full disk, say: nobody is given what is too old, so it can lie there until the next time.
      }
    });
  }
}
