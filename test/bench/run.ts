import { parseArgs } from "node:util";
import type { Bench, CaseReport } from "./bench.ts";
import { cases } from "./cases/list.ts";
import { installH2load } from "./load/h2load.ts";
import { markdownTable } from "./report/markdown.ts";
import { verdictTable } from "./report/verdict-table.ts";
import { startUpstream } from "./upstream/start-upstream.ts";

/**
 * Measures Spillway beside the floor and its peers, case by case, or runs one of
 * the small benchmarks that stand for themselves. docs/performance.md says more.
 *
 *   npm run bench                                   every case
 *   npm run bench -- chat-grpc chat-connect --quick
 *   npm run bench -- --rounds 7 --seconds 4 --write
 *   npm run bench -- large-image
 */
const scripts = ["json-with-media", "large-image"] as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "4" },
    quick: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const known = [...cases.map(({ name }) => name), ...scripts];
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(", ")}. There are ${known.join(", ")}.`);
  process.exit(2);
}
for (const name of scripts) if (positionals.includes(name)) await import(`./${name}.ts`);
const chosen = cases.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
if (chosen.length > 0) await measure();

async function measure(): Promise<void> {
  installH2load();
  const started = performance.now();
  const upstream = await startUpstream();
  const bench: Bench = {
    upstream,
    rounds: values.quick ? 2 : Number(values.rounds),
    seconds: values.quick ? 1 : Number(values.seconds),
    warmUpSeconds: values.quick ? 1 : 3,
    progress: (line) =>
      console.error(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${line}`),
  };
  const reports: CaseReport[] = [];
  try {
    for (const { name, run } of chosen) {
      bench.progress(name);
      const report = await run(bench);
      reports.push(report);
      console.log(`\n## ${report.title}\n\n${report.lead}\n\n${markdownTable(report.table)}\n`);
    }
  } finally {
    await upstream.stop();
  }
  console.log(markdownTable(verdictTable(reports.flatMap(({ verdicts }) => verdicts))));
}
