import type { Table, Verdict } from "../bench.ts";
import { figure } from "./throughput-table.ts";

/** A line for each figure by which Spillway is judged. */
export function verdictTable(verdicts: readonly Verdict[]): Table {
  return {
    columns: ["what", "figure", "target", ""],
    rows: verdicts.map((verdict) => [
      verdict.what,
      `${figure(verdict.figure)}${verdict.unit}`,
      targetText(verdict),
      reached(verdict) ? "reached" : "**not reached**",
    ]),
  };
}

/** Whether the figure is as it must be. */
export function reached({ figure, target }: Verdict): boolean {
  return "most" in target ? figure <= target.most : figure >= target.least;
}

function targetText({ target, unit }: Verdict): string {
  return "most" in target ? `≤ ${target.most}${unit}` : `≥ ${target.least}${unit}`;
}
