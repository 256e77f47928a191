import { markdownTable } from "./markdown.ts";
import type { Result } from "./results.ts";
import { verdictTable } from "./verdict-table.ts";

const begin = "<!-- npm run bench -- --write: begin -->";
const end = "<!-- npm run bench -- --write: end -->";

/** The document with its generated part replaced. Throws when the markers are not there. */
export function replaceGenerated(document: string, generated: string): string {
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`no ${begin} and ${end} in the document`);
  return `${document.slice(0, from)}${begin}\n\n${generated}\n\n${document.slice(to)}`;
}

/** The generated part: what is judged in one table, then case by case. `results` are by name, in the order of the report. */
export function writeGenerated(
  machine: string,
  results: readonly (readonly [name: string, result: Result])[],
): string {
  const verdicts = results.flatMap(([, result]) => result.verdicts);
  return [
    `${machine}.`,
    "### What must be reached",
    markdownTable(verdictTable(verdicts)),
    ...results.flatMap(([name, result]) => section(name, result)),
  ].join("\n\n");
}

/** Where the plot of a case is, beside the document. */
export function plotFile(name: string): string {
  return `performance-${name}.svg`;
}

function section(name: string, result: Result): readonly string[] {
  const { title, lead, plot, table, date, commit, rounds, seconds } = result;
  return [
    `### ${title}`,
    lead,
    markdownTable(table),
    ...(plot === undefined ? [] : [`![${plot.title}](${plotFile(name)})`]),
    `\`npm run bench -- ${name}\`, ${date}, at ${commit}, ${rounds} rounds of ${seconds} s.`,
  ];
}
