import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CaseReport } from "../bench.ts";
import { scratch } from "../scratch.ts";

/** A case's report, and what it came from. */
export interface Result extends CaseReport {
  /** "2026-11-22". */
  readonly date: string;
  readonly commit: string;
  readonly rounds: number;
  readonly seconds: number;
}

const file = join(scratch, "results.json");

/** The last result of every case that was ever run here, by its name. */
export function readResults(): Readonly<Record<string, Result>> {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, Result>) : {};
}

/** Keeps a result, so that a case can be run again without all the others. */
export function keepResult(name: string, result: Result): void {
  writeFileSync(file, JSON.stringify({ ...readResults(), [name]: result }, undefined, 2));
}
