import { printable } from "./terminal.ts";

/** One column of a table. */
export interface Column {
  readonly title: string;
  /** Default "left". Numbers read best "right". */
  readonly align?: "left" | "right";
}

/**
 * Writes a table of plain text: columns as wide as their widest cell, two
 * spaces apart, no lines. A row that is wider than `width` loses its end.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): string {
  const lines = [columns.map(({ title }) => title), ...rows].map((row) => row.map(oneLine));
  const widths = columns.map((_, column) => Math.max(...lines.map((row) => lengthOf(row[column]))));
  return lines
    .map((row) => {
      const cells = columns.map(({ align }, column) => {
        const text = row[column] ?? "";
        const space = " ".repeat((widths[column] ?? 0) - lengthOf(text));
        return align === "right" ? space + text : text + space;
      });
      return `${cut(cells.join("  ").trimEnd(), width)}\n`;
    })
    .join("");
}

function oneLine(text: string): string {
  return printable(text).replace(/\s+/g, " ");
}

function lengthOf(text = ""): number {
  return [...text].length;
}

function cut(text: string, width: number): string {
  const letters = [...text];
  return letters.length <= width ? text : `${letters.slice(0, Math.max(width - 1, 1)).join("")}…`;
}
