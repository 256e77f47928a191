import type { Table } from "../bench.ts";
import { figure } from "./figure.ts";
import { reached, type Verdict } from "./verdict.ts";

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

function targetText({ target, unit }: Verdict): string {
  return "most" in target ? `≤ ${target.most}${unit}` : `≥ ${target.least}${unit}`;
}
