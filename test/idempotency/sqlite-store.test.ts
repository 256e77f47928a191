import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { serialize } from "node:v8";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqliteStore, SqliteStore } from "../../src/idempotency/sqlite-store.ts";
import { openStoreFile } from "../../src/idempotency/store-file.ts";
import { manualClock } from "../support/manual-clock.ts";
import { imageResult, ticket } from "./store-world.ts";

const clock = manualClock();
const opened: SqliteStore[] = [];
let folder = "";
let path = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spillway-keys-"));
  path = join(folder, "state", "keys.db");
});

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close().catch(() => {});
  rmSync(folder, { recursive: true });
});

function open(): SqliteStore {
  const store = openSqliteStore({ path, clock, lifetimeMs: 3_600_000, maxBytes: 1_000_000 });
  opened.push(store);
  return store;
}

describe("a store in a file", () => {
  it("has after a restart what it had before: results, what is unknown, and no claim without a sending", async () => {
    const before = open();
    for (const key of ["kept", "sent", "claimed", "free"]) await before.begin(key, "r");
    for (const key of ["kept", "sent", "free"]) await before.markSent(key);
    await before.settle("kept", { kind: "kept", generated: imageResult(1000) });
    await before.settle("free", { kind: "free" });
    await before.close();

    const after = open();
    expect(await after.begin("kept", "r")).toMatchObject({ kind: "kept" });
    expect(await after.begin("kept", "s")).toEqual({ kind: "conflict" });
    expect(await after.begin("sent", "r")).toEqual({ kind: "unknown" });
    expect(await after.begin("claimed", "s")).toEqual({ kind: "new" });
    expect(await after.begin("free", "s")).toEqual({ kind: "new" });
  });

  it("has the tickets of a process that was cut off", async () => {
    const before = open();
    for (const key of ["asked", "sent"]) {
      await before.begin(key, "r");
      await before.markSent(key);
    }
    await before.writeJob("asked", ticket("one"));
    await before.close();

    const after = open();
    expect(await after.begin("asked", "s")).toEqual({ kind: "conflict" });
    expect(await after.begin("asked", "r")).toEqual({ kind: "left", tickets: [ticket("one")] });
    expect(await after.begin("asked", "r")).toEqual({ kind: "running" });
    expect(await after.begin("sent", "r")).toEqual({ kind: "unknown" });
  });

  it("of the first version is brought to this one, and has what it had", async () => {
    mkdirSync(join(folder, "state"));
    const database = new DatabaseSync(path);
    database.exec(firstVersion);
    const value = serialize(imageResult(10, "old"));
    database
      .prepare("INSERT INTO results (key, size, value) VALUES ('kept', ?, ?)")
      .run(value.length, value);
    database.close();

    for (const _ of ["brings it to this version", "finds it so"]) {
      const store = open();
      expect(await store.begin("sent", "r")).toEqual({ kind: "unknown" });
      expect(await store.begin("kept", "r")).toMatchObject({ generated: { requestId: "old" } });
      await store.close();
    }
    const store = open();
    await store.begin("new", "r");
    await store.markSent("new");
    await store.writeJob("new", ticket("one"));
    await store.settle("new", { kind: "unknown" });
    expect(await store.begin("new", "r")).toMatchObject({ kind: "left" });
  });

  it("holds images as they are, not as text", async () => {
    const store = open();
    await store.begin("k", "r");
    await store.settle("k", { kind: "kept", generated: imageResult(100_000) });
    await store.close();
    expect(statSync(path).size).toBeLessThan(130_000);
  });

  it("is for this user alone", async () => {
    open();
    for (const name of readdirSync(join(folder, "state"))) {
      expect(statSync(join(folder, "state", name)).mode & 0o077, name).toBe(0);
    }
  });

  it("ends a claim whose result it cannot write, and knows that it was sent", async () => {
    const store = open();
    await store.begin("k", "r");
    await store.markSent("k");
    const generated = { ...imageResult(9), odd: () => {} };
    await expect(store.settle("k", { kind: "kept", generated })).rejects.toThrow("cloned");
    expect(await store.begin("k", "r")).toEqual({ kind: "unknown" });
  });

  it("that cannot be written to lives on, and sweeps when it can be again", async () => {
    const database = openStoreFile(path);
    const store = new SqliteStore(database, { path, clock, lifetimeMs: 1_000, maxBytes: 1_000 });
    opened.push(store);
    await store.begin("k", "r");
    await store.markSent("k");
    await store.settle("k", { kind: "unknown" });
    const rows = (): unknown =>
      database.prepare("SELECT count(*) AS n FROM purchases").get()?.["n"];
    database.exec("PRAGMA query_only = ON");
    await clock.advance(120_000);
    expect(rows()).toBe(1);
    database.exec("PRAGMA query_only = OFF");
    await clock.advance(60_000);
    expect(rows()).toBe(0);
  });

  it("forgets no key whose execution lasts longer than keys do", async () => {
    const store = openSqliteStore({ path, clock, lifetimeMs: 1_000, maxBytes: 1_000 });
    opened.push(store);
    await store.begin("k", "r");
    await store.markSent("k");
    await clock.advance(120_000);
    await store.writeJob("k", ticket("one"));
    await store.settle("k", { kind: "unknown" });
    expect(await store.begin("k", "r")).toEqual({ kind: "left", tickets: [ticket("one")] });
  });

  it("is one process's", () => {
    open();
    expect(open).toThrow("another process has it");
  });

  it("is not opened when it is no database", () => {
    open();
    path = join(folder, "words.txt");
    writeFileSync(path, "a paper boat ".repeat(500));
    expect(open).toThrow("file is not a database");
    expect(readFileSync(path, "utf8")).toContain("a paper boat");
  });

  it("is not opened when it is damaged", async () => {
    const store = open();
    await store.begin("k", "r");
    await store.markSent("k");
    await store.close();
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0xff, 4096));
    expect(open).toThrow(/damaged|malformed/);
  });

  it("is not opened when a later version wrote it", async () => {
    await open().close();
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 3");
    database.close();
    expect(open).toThrow("it is of version 3, and this is 2");
  });
});

/** A file as the first version of the schema has it: one key that was sent, and one that has a result. */
const firstVersion = `
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
  INSERT INTO purchases VALUES ('sent', 'r', 9e15), ('kept', 'r', 9e15);
  PRAGMA user_version = 1;
`;
