import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { root } from "../../interop/start-gateway.ts";
import type { LoadSettings, Row, Scenario } from "./scenario.ts";

/** On what kind of machine it is measured, when, and how. It names no host. */
export function describeMachine({ rate, seconds }: LoadSettings): string {
  const date = new Date().toISOString().slice(0, 10);
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const { platform, arch, version } = process;
  return `${date}, Node ${version.slice(1)}, ${cpus().length} cores and ${gigabytes} GiB (${platform}, ${arch}), ${rate} calls a second, outages of ${seconds} s; callers, gateway and providers on the same machine.`;
}

/** A scenario's rows as a table in Markdown. */
export function tableOf({ columns }: Scenario, rows: readonly Row[]): string {
  const lines = [
    [...columns, "met"],
    [...columns, "met"].map(() => "---"),
    ...rows.map(({ cells, met }) => [...cells, met ? "yes" : "**no**"]),
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Puts a scenario's table into the page, between the marks that bear its name. */
export function writeFigures(
  scenario: Scenario,
  rows: readonly Row[],
  settings: LoadSettings,
): void {
  const path = join(root, "docs/outages.md");
  const page = readFileSync(path, "utf8");
  const marks = [`<!-- figures: ${scenario.name} -->`, "<!-- end -->"] as const;
  const from = page.indexOf(marks[0]) + marks[0].length;
  const to = page.indexOf(marks[1], from);
  if (from < marks[0].length || to < 0) throw new Error(`${path} has no ${marks[0]}`);
  const text = `\n${describeMachine(settings)}\n\n${tableOf(scenario, rows)}\n`;
  writeFileSync(path, page.slice(0, from) + text + page.slice(to));
}
