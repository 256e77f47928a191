import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";

const run = promisify(execFile);

function start(temporary: string) {
  const env = { PATH: process.env["PATH"], TMPDIR: temporary };
  return run(process.execPath, ["src/main.ts", "--version"], { env });
}

describe("the entry", () => {
  it("keeps what it compiled for the next start", async () => {
    const folder = mkdtempSync(join(tmpdir(), "spillway-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    await start(folder);
    const kept = readdirSync(join(folder, "node-compile-cache"), { recursive: true });
    // Our own files alone are more than these.
    expect(kept.length).toBeGreaterThan(100);
  });

  it("starts all the same where nothing can be kept", async () => {
    const { stdout } = await start("/dev/null/nowhere");
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
