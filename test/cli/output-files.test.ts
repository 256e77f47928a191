import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { imageSaver } from "../../src/cli/image-saver.ts";
import { outputFiles } from "../../src/cli/output-files.ts";

const folder = mkdtempSync(join(tmpdir(), "spillway-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the files of a command", () => {
  it("are written into new folders, and left alone when they are there", async () => {
    const inner = join(folder, "a", "b");
    await outputFiles.makeFolder(inner);
    expect(await outputFiles.writeNew(join(inner, "x"), new Uint8Array([1]))).toBe(true);
    expect(await outputFiles.writeNew(join(inner, "x"), new Uint8Array([2]))).toBe(false);
    expect([...readFileSync(join(inner, "x"))]).toEqual([1]);
  });

  it("fail loudly when they cannot be written", async () => {
    await expect(outputFiles.writeNew(join(folder, "none", "x"), boat)).rejects.toThrow("ENOENT");
  });
});

const boat = new Uint8Array([1]);

describe("the name of an image", () => {
  it.each([
    ["A paper boat!", "image/jpeg", "a-paper-boat-1.jpg"],
    ["../../etc/passwd", "image/png", "etc-passwd-1.png"],
    ["紙の船", "image/webp", "紙の船-1.webp"],
    ["!?", "image/x-odd", "image-1.bin"],
    [`${"word ".repeat(30)}`, "image/png", `${"word-".repeat(9)}word`.slice(0, 44)],
    ["x".repeat(300), "image/png", `${"x".repeat(48)}-1.png`],
  ])("for %j of %s begins %s", async (prompt, mimeType, name) => {
    const files = { makeFolder: async () => {}, writeNew: async () => true };
    expect(await imageSaver(files, ".", prompt).save(boat, mimeType)).toContain(name);
  });
});
