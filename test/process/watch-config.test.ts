import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { watchConfig } from "../../src/process/watch-config.ts";
import { type WatchFolder, watchFolder } from "../../src/process/watch-folder.ts";
import { manualClock } from "../support/manual-clock.ts";

describe("the watch of a configuration", () => {
  /** A watch over a folder in which tests stir. */
  async function world() {
    const clock = manualClock();
    const folders: string[] = [];
    const errors: unknown[] = [];
    let changes = 0;
    let stir = () => {};
    let fail: (error: unknown) => void = () => {};
    const fakeFolder: WatchFolder = (folder, onChange, onError) => {
      if (folder === "/no") throw new Error("no such folder");
      folders.push(folder);
      stir = onChange;
      fail = onError;
      return () => folders.splice(folders.indexOf(folder), 1);
    };
    const watch = watchConfig({
      path: "/etc/spillway/spillway.yaml",
      watchFolder: fakeFolder,
      clock,
      onChange: () => changes++,
      onError: (error) => errors.push(error),
    });
    const atStart = () => changes;
    expect(atStart()).toBe(0);
    await clock.advance(100);
    expect(changes).toBe(1);
    changes = 0;
    return {
      clock,
      folders,
      errors,
      stop: watch.stop,
      follow: watch.follow,
      stir: () => stir(),
      fail: (error: unknown) => fail(error),
      changes: () => changes,
    };
  }

  it("is one of its folder, and looks once after the start for what changed meanwhile", async () => {
    const { folders } = await world();
    expect(folders).toEqual(["/etc/spillway"]);
  });

  it("takes a burst of changes for one, once it is over", async () => {
    const { clock, stir, changes } = await world();
    for (let count = 0; count < 5; count++) {
      stir();
      await clock.advance(99);
    }
    expect(changes()).toBe(0);
    await clock.advance(1);
    expect(changes()).toBe(1);
    await clock.advance(10_000);
    expect(changes()).toBe(1);
  });

  it("does not wait for a folder that never comes to rest", async () => {
    const { clock, stir, changes } = await world();
    for (let count = 0; count < 30; count++) {
      stir();
      await clock.advance(50);
    }
    expect(changes()).toBe(1);
    await clock.advance(100);
    expect(changes()).toBe(2);
  });

  it("ends with its timer", async () => {
    const { clock, folders, stir, stop, changes } = await world();
    stir();
    stop();
    await clock.advance(1000);
    expect(changes()).toBe(0);
    expect(folders).toEqual([]);
    expect(clock.pending()).toBe(0);
  });

  it("tells when it fails later", async () => {
    const { errors, fail } = await world();
    const error = new Error("too many watches");
    fail(error);
    expect(errors).toEqual([error]);
  });

  it("tells when it cannot begin, and sets no timer", () => {
    const clock = manualClock();
    const errors: unknown[] = [];
    const watch = watchConfig({
      path: "/no/such/folder/spillway.yaml",
      watchFolder,
      clock,
      onChange: () => {},
      onError: (error) => errors.push(error),
    });
    expect(errors).toEqual([expect.objectContaining({ code: "ENOENT" })]);
    expect(clock.pending()).toBe(0);
    watch.stop();
  });

  it("follows a file in another folder, as long as it is told to", async () => {
    const { clock, folders, follow, stop, changes, stir } = await world();
    follow("/etc/spillway/models.yaml");
    expect(folders).toEqual(["/etc/spillway"]);
    follow("/etc/models/models.yaml");
    follow("/etc/models/other.yaml");
    expect(folders).toEqual(["/etc/spillway", "/etc/models"]);
    // It may have changed since it was read.
    await clock.advance(100);
    expect(changes()).toBe(1);
    stir();
    await clock.advance(100);
    expect(changes()).toBe(2);
    follow("/srv/models.yaml");
    expect(folders).toEqual(["/etc/spillway", "/srv"]);
    follow(undefined);
    expect(folders).toEqual(["/etc/spillway"]);
    follow("/srv/models.yaml");
    stop();
    expect(folders).toEqual([]);
    expect(clock.pending()).toBe(0);
  });

  it("tries a folder again that it could not follow", async () => {
    const { errors, follow, folders } = await world();
    follow("/no/models.yaml");
    expect(errors).toEqual([expect.objectContaining({ message: "no such folder" })]);
    follow("/no/models.yaml");
    expect(errors).toHaveLength(2);
    expect(folders).toEqual(["/etc/spillway"]);
  });
});

describe("the watch of a folder", () => {
  let folder = "";

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "spillway-watch-"));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const path = () => join(folder, "spillway.yaml");

  it.each([
    {
      what: "a file that is written in place",
      before: () => writeFileSync(path(), "a"),
      change: () => writeFileSync(path(), "b"),
    },
    {
      what: "a file that another replaces",
      before: () => writeFileSync(path(), "a"),
      change() {
        writeFileSync(`${path()}~`, "b");
        renameSync(`${path()}~`, path());
      },
    },
    {
      what: "a link that is swapped beside the file, as Kubernetes does",
      before() {
        for (const name of ["..1", "..2"]) {
          mkdirSync(join(folder, name));
          writeFileSync(join(folder, name, "spillway.yaml"), name);
        }
        symlinkSync("..1", join(folder, "..data"));
        symlinkSync(join("..data", "spillway.yaml"), path());
        symlinkSync("..2", join(folder, "..data_tmp"));
      },
      change: () => renameSync(join(folder, "..data_tmp"), join(folder, "..data")),
    },
  ])("sees $what", async ({ before, change }) => {
    before();
    await new Promise<void>((resolve, reject) => {
      const stop = watchFolder(folder, seen, reject);
      function seen(): void {
        stop();
        resolve();
      }
      change();
    });
  });
});
