import type { Table } from "../bench.ts";

/** A table as Markdown; columns after the first are aligned to the right. */
export function markdownTable({ columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(columns),
    `|${columns.map((_, index) => (index === 0 ? "---" : "--:")).join("|")}|`,
    ...rows.map(line),
  ].join("\n");
}
