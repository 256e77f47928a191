import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CommitGroup } from "../../src/idempotency/commit-group.ts";

let database: DatabaseSync;
let group: CommitGroup;
/** The statements around the writes. */
let framed: string[];

beforeEach(() => {
  database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE words (word TEXT PRIMARY KEY) STRICT");
  framed = [];
  group = new CommitGroup({
    exec(text: string) {
      framed.push(text);
      database.exec(text);
    },
    get isTransaction() {
      return database.isTransaction;
    },
  } as DatabaseSync);
});

afterEach(() => database.close());

function write(word: string) {
  return () => void database.prepare("INSERT INTO words VALUES (?)").run(word);
}

function words() {
  return database
    .prepare("SELECT word FROM words ORDER BY rowid")
    .all()
    .map(({ word }) => word);
}

describe("writes of one turn", () => {
  it("are committed together, in their order", async () => {
    await Promise.all([group.add(write("b")), group.add(write("a")), group.add(write("c"))]);
    expect(words()).toEqual(["b", "a", "c"]);
    expect(framed).toEqual(["BEGIN IMMEDIATE", "COMMIT"]);
  });

  it("fail together, and leave the next turn alone", async () => {
    const ends = await Promise.allSettled([group.add(write("a")), group.add(write("a"))]);
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(words()).toEqual([]);
    await group.add(write("a"));
    expect(words()).toEqual(["a"]);
  });

  it("are not done before they are committed", async () => {
    let done = false;
    const writing = group.add(write("a")).then(() => {
      done = true;
    });
    await Promise.resolve();
    expect([done, words()]).toEqual([false, []]);
    await writing;
    expect(words()).toEqual(["a"]);
  });
});

describe("a flush", () => {
  it("commits at once what waits, and once only", async () => {
    const writing = group.add(write("a"));
    group.flush();
    expect(words()).toEqual(["a"]);
    await writing;
    await new Promise((resolve) => setImmediate(resolve));
    expect(framed).toEqual(["BEGIN IMMEDIATE", "COMMIT"]);
  });

  it("of nothing asks nothing of the database", () => {
    group.flush();
    expect(framed).toEqual([]);
  });
});
