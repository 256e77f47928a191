import { mkdtempSync, rmSync } from "node:fs";
import { chmod, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import type { StoreResult } from "../../../src/domain/media-store.ts";
import {
  type DiskStore,
  type DiskStoreOptions,
  openDiskStore,
} from "../../../src/media/store/disk-store.ts";
import { manualClock } from "../../support/manual-clock.ts";

const neverAborted = new AbortController().signal;
const hour = 3_600_000;

async function open(over: Partial<DiskStoreOptions> = {}) {
  const clock = manualClock();
  const directory = over.directory ?? temporaryDirectory();
  const store = await openDiskStore({
    directory,
    lifetimeMs: hour,
    maxBytes: 1000,
    linkBase: () => "http://gateway.test/media/",
    secret: Buffer.alloc(32, 7),
    clock,
    ...over,
  });
  onTestFinished(() => store.close());
  return { store, directory, clock };
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "spillway-test-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const put = (store: DiskStore, bytes: string | Buffer, type = "image/png") =>
  store.put(Buffer.from(bytes), type, neverAborted);

function nameIn(result: StoreResult): string {
  if (result.kind === "failed") throw new Error(result.message);
  return result.url.slice("http://gateway.test/media/".length);
}

describe("a file on disk", () => {
  it("is found by the name in its link, with type, size and end, whole or in part", async () => {
    const { store, clock } = await open();
    const result = await put(store, "a picture", "image/webp");
    expect(result).toMatchObject({ expiresAt: clock.now() + hour });
    const name = nameIn(result);
    expect(name).toMatch(/^[0-9a-f]{64}\.webp$/);
    const file = await store.find(name);
    expect(file).toMatchObject({
      mimeType: "image/webp",
      size: 9,
      expiresAt: clock.now() + hour,
    });
    expect(file && (await text(file.read(0, 8)))).toBe("a picture");
    expect(file && (await text(file.read(2, 4)))).toBe("pic");
  });

  it("is there whole or not at all, and for nobody else of this machine", async () => {
    const { store, directory } = await open();
    const name = nameIn(await put(store, "a picture"));
    expect(await readdir(directory)).toEqual([name]);
    expect(await readFile(join(directory, name), "utf8")).toBe("a picture");
    expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
  });

  it("of the same content has the same name, is written once and lives longer", async () => {
    const { store, directory, clock } = await open({ maxBytes: 10 });
    const [one, other] = await Promise.all([put(store, "a picture"), put(store, "a picture")]);
    expect(one).toEqual(other);
    await clock.advance(hour / 2);
    const again = await put(store, "a picture");
    expect(nameIn(again)).toBe(nameIn(one));
    await clock.advance(hour - 1);
    expect(await store.find(nameIn(one))).toMatchObject({ size: 9 });
    expect(await readdir(directory)).toHaveLength(1);
  });

  it("has a name that its content does not tell: another secret, another name", async () => {
    const { store } = await open();
    const { store: other } = await open({ secret: Buffer.alloc(32, 8) });
    expect(nameIn(await put(store, "a"))).not.toBe(nameIn(await put(other, "a")));
  });

  it("is gone when its time is over, and then from disk", async () => {
    const { store, directory, clock } = await open();
    const name = nameIn(await put(store, "a picture"));
    await clock.advance(hour - 1);
    expect(await store.find(name)).toBeDefined();
    await clock.advance(1);
    expect(await store.find(name)).toBeUndefined();
    await clock.advance(60_000);
    await store.sweep();
    expect(await readdir(directory)).toEqual([]);
  });

  it("outlives the process that put it there, and counts in the next one", async () => {
    const { store, directory } = await open();
    const name = nameIn(await put(store, "0123456789"));
    await store.close();
    const { store: next, clock } = await open({ directory, maxBytes: 15 });
    expect(await next.find(name)).toMatchObject({ size: 10 });
    expect(await put(next, "987654")).toMatchObject({ kind: "failed" });
    await clock.advance(hour);
    expect(await put(next, "987654")).toMatchObject({ kind: "stored" });
  });

  it("is found in a directory that another process shares", async () => {
    const { store, directory } = await open();
    const { store: other } = await open({ directory });
    expect(await other.find(nameIn(await put(store, "a")))).toMatchObject({ size: 1 });
  });

  it("stays as long as any process that shares the directory says", async () => {
    const { store, directory, clock } = await open();
    const { store: other, clock: otherClock } = await open({ directory });
    const name = nameIn(await put(store, "a"));
    await clock.advance(hour / 2);
    await otherClock.advance(hour / 2);
    expect(nameIn(await put(other, "a"))).toBe(name);
    await clock.advance(hour / 2);
    await store.sweep();
    expect(await other.find(name)).toBeDefined();
    await clock.advance(hour / 2);
    await store.sweep();
    expect(await readdir(directory)).toEqual([]);
  });

  it("that somebody has deleted is written again", async () => {
    const { store, directory } = await open();
    const name = nameIn(await put(store, "a picture"));
    await rm(join(directory, name));
    expect(await store.find(name)).toBeUndefined();
    expect(nameIn(await put(store, "a picture"))).toBe(name);
    expect(await store.find(name)).toMatchObject({ size: 9 });
  });
});

describe("a name that the store did not make", () => {
  it.each([
    "",
    ".",
    "..",
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "/etc/passwd",
    `../${"0".repeat(64)}.png`,
    `${"0".repeat(64)}.png/..`,
    `${"0".repeat(64)}.png\0`,
    `${"0".repeat(64)}.svg`,
    `${"0".repeat(64)}`,
    `${"A".repeat(64)}.png`,
    `.${"0".repeat(64)}.png.0.draft`,
    "secret.txt",
  ])("%j leads to nothing", async (name) => {
    const { store, directory } = await open();
    await writeFile(join(directory, "secret.txt"), "secret");
    await writeFile(join(directory, `.${"0".repeat(64)}.png.0.draft`), "half");
    expect(await store.find(name)).toBeUndefined();
  });
});

describe("a store", () => {
  it("takes no more than it may hold, and more again once old files are gone", async () => {
    const { store, clock } = await open({ maxBytes: 20 });
    await put(store, "0123456789");
    await clock.advance(hour / 2);
    await put(store, "9876543210");
    expect(await put(store, "x")).toEqual({ kind: "failed", message: "The media store is full." });
    await clock.advance(hour / 2);
    expect(await put(store, "x")).toMatchObject({ kind: "stored" });
  });

  it("holds its limit also when many files come at once", async () => {
    const { store, directory } = await open({ maxBytes: 30 });
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, index) => put(store, `${index}`.repeat(10))),
    );
    expect(results.filter(({ kind }) => kind === "stored")).toHaveLength(3);
    expect(await readdir(directory)).toHaveLength(3);
  });

  it("says so when it cannot write, and takes no room for what is not there", async () => {
    const { store, directory } = await open({ maxBytes: 10 });
    await rm(directory, { recursive: true });
    expect(await put(store, "0123456789")).toEqual({
      kind: "failed",
      message: "The media store could not write the file (ENOENT).",
    });
    const { store: other } = await open({ directory, maxBytes: 10 });
    expect(await put(other, "0123456789")).toMatchObject({ kind: "stored" });
    expect(await put(store, "0123456789")).toMatchObject({ kind: "stored" });
  });

  it("gives up when it is told to, and leaves nothing behind", async () => {
    const { store, directory } = await open();
    const aborted = await store.put(Buffer.from("a"), "image/png", AbortSignal.abort());
    expect(aborted).toMatchObject({ kind: "failed" });
    expect(await readdir(directory)).toEqual([]);
  });

  it("keeps only what it can serve", async () => {
    const { store } = await open();
    expect(await put(store, "<svg/>", "image/svg+xml")).toMatchObject({ kind: "failed" });
  });

  it("makes its directory, and clears what an earlier process left half-done", async () => {
    const parent = temporaryDirectory();
    const directory = join(parent, "deep/er");
    const { store } = await open({ directory });
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    await store.close();
    const old = join(directory, ".old.png.0.draft");
    const young = join(directory, ".young.png.0.draft");
    const foreign = join(directory, "README");
    const { clock } = await open();
    for (const path of [old, young, foreign]) {
      await writeFile(path, "half");
      const age = path === young ? 0 : 2 * hour;
      await utimes(path, 0, (clock.now() - age) / 1000);
    }
    await open({ directory });
    expect(await readdir(directory)).toEqual([".young.png.0.draft", "README"]);
  });

  it("cannot be opened where there is no directory to be", async () => {
    const file = join(temporaryDirectory(), "file");
    await writeFile(file, "in the way");
    await chmod(file, 0o600);
    await expect(open({ directory: join(file, "media") })).rejects.toMatchObject({
      code: "ENOTDIR",
    });
  });

  it("sets no timer once it is closed", async () => {
    const { store, clock } = await open();
    expect(clock.pending()).toBe(1);
    await clock.advance(10 * 60_000);
    expect(clock.pending()).toBe(1);
    await store.close();
    expect(clock.pending()).toBe(0);
  });
});
