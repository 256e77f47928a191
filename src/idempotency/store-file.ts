import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * Opens the file of a store for this process alone and brings it to the present
 * schema. Throws when it cannot be used.
 */
export function openStoreFile(path: string): DatabaseSync {
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
    return database;
  } catch (error) {
    database.close();
    throw explained(error);
  }
}

/** What makes a version out of the one before it. The first is made out of nothing. */
const migrations = [
  `
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
  `,
  `
    CREATE TABLE jobs (
      key TEXT NOT NULL REFERENCES purchases ON DELETE CASCADE,
      call TEXT NOT NULL,
      ticket TEXT NOT NULL,
      PRIMARY KEY (key, call)
    ) STRICT, WITHOUT ROWID;
  `,
];

function migrate(database: DatabaseSync): void {
  const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
  const present = migrations.length;
  if (version === present) return;
  if (version > present) throw new Error(`it is of version ${version}, and this is ${present}`);
  database.exec(`
    BEGIN EXCLUSIVE;
    ${migrations.slice(version).join("")}
    PRAGMA user_version = ${present};
    COMMIT;
  `);
}

/** The small tables only: results can be large, and a damaged one is found when it is read. */
function checkIntegrity(database: DatabaseSync): void {
  for (const table of ["purchases", "jobs"]) {
    const problem = database.prepare(`PRAGMA quick_check(${table})`).get()?.["quick_check"];
    if (problem !== "ok") throw new Error(`it is damaged: ${problem}`);
  }
}

function explained(error: unknown): unknown {
  const busy = error instanceof Error && "errcode" in error && error.errcode === sqliteBusy;
  return busy ? new Error("another process has it", { cause: error }) : error;
}

/** sqlite.org/rescode.html, SQLITE_BUSY. */
const sqliteBusy = 5;
