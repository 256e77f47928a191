import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../interop/start-gateway.ts";

/** A Spillway to be measured. */
export interface Sources {
  readonly folder: string;
  /** The file of the folder that Node is to run: what users run, the built program. */
  readonly program: string;
  /** The commit, and whether the files differ from it. */
  readonly commit: string;
}

/** The files as they stand, or those of a commit, which nobody changes while they are measured. */
export function findSources(wanted: string | undefined): Sources {
  const checkedOut = checkOut(wanted);
  return { ...checkedOut, program: build(checkedOut.folder) };
}

/** Builds the program. Commits from before there was a build run their sources. */
function build(folder: string): string {
  if (!existsSync(join(folder, ".ci/build.ts"))) return "src/main.ts";
  execFileSync(process.execPath, [".ci/build.ts"], { cwd: folder });
  return "dist/spillway.js";
}

function checkOut(wanted: string | undefined): Omit<Sources, "program"> {
  const commit = git("rev-parse", "--short", wanted ?? "HEAD");
  if (wanted === undefined) {
    const changes = git("status", "--porcelain", "--", "src", "gen");
    return { folder: root, commit: changes === "" ? commit : `${commit} with changes` };
  }
  // Not among the other scratch: Node strips no types below a node_modules.
  const folder = join(tmpdir(), `spillway-bench-${commit}`);
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true });
    const files = execFileSync("git", ["archive", commit], { cwd: root, maxBuffer: 2 ** 30 });
    execFileSync("tar", ["-x", "-C", folder], { input: files });
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  }
  return { folder, commit };
}

function git(...words: readonly string[]): string {
  return execFileSync("git", words, { cwd: root, encoding: "utf8" }).trim();
}
