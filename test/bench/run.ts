import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../interop/start-gateway.ts";
import type { Bench } from "./bench.ts";
import { cases } from "./cases/list.ts";
import { installH2load } from "./load/h2load.ts";
import { plotFile, replaceGenerated, writeGenerated } from "./report/document.ts";
import { describeMachine } from "./report/machine.ts";
import { markdownTable } from "./report/markdown.ts";
import { drawPlot } from "./report/plot.ts";
import { keepResult, type Result, readResults } from "./report/results.ts";
import { verdictTable } from "./report/verdict-table.ts";
import { runFolder } from "./scratch.ts";
import { findSources } from "./systems/sources.ts";
import { startUpstream } from "./upstream/start-upstream.ts";

/**
 * Measures Spillway beside the floor and its peers, case by case, or runs one of
 * the small benchmarks that stand for themselves. docs/performance.md says more.
 *
 *   npm run bench                                   every case
 *   npm run bench -- chat-grpc chat-connect --quick
 *   npm run bench -- --rounds 7 --seconds 4 --write
 *   npm run bench -- chat-grpc --commit HEAD        what is committed, not what is in the folder
 *   npm run bench -- large-image
 */
const scripts = ["fall-back", "json-with-media", "large-image"] as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "3" },
    commit: { type: "string" },
    quick: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const known = [...cases.map(({ name }) => name), ...scripts];
const unknown = positionals.filter((name) => !known.includes(name));
const [rounds, seconds] = values.quick ? [2, 1] : [Number(values.rounds), Number(values.seconds)];
if (unknown.length > 0) refuse(`There is no ${unknown.join(", ")}. There are ${known.join(", ")}.`);
if (!(Number.isInteger(rounds) && rounds > 0 && seconds > 0))
  refuse("--rounds takes a whole number and --seconds a number, both above 0.");
if (values.quick && values.write) refuse("What is measured with --quick is not worth writing.");

for (const name of scripts) if (positionals.includes(name)) await import(`./${name}.ts`);
const chosen = cases.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
if (chosen.length > 0) await measure();
if (values.write) write();

function refuse(why: string): never {
  console.error(why);
  process.exit(2);
}

async function measure(): Promise<void> {
  mkdirSync(runFolder, { recursive: true });
  installH2load();
  const { folder, program, commit } = findSources(values.commit);
  const started = performance.now();
  const upstream = await startUpstream();
  const bench: Bench = {
    upstream,
    sources: folder,
    program,
    rounds,
    seconds,
    warmUpSeconds: values.quick ? 1 : 12,
    progress: (line) =>
      console.error(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${line}`),
  };
  const [load = 0] = loadavg();
  if (load > 1) bench.progress(`the machine is busy (load ${load.toFixed(1)}): trust no figure`);
  const verdicts = [];
  for (const { name, run } of chosen) {
    bench.progress(name);
    try {
      const report = await run(bench);
      const date = new Date().toISOString().slice(0, 10);
      if (!values.quick) keepResult(name, { ...report, date, commit, rounds, seconds });
      verdicts.push(...report.verdicts);
      console.log(`\n## ${report.title}\n\n${report.lead}\n\n${markdownTable(report.table)}\n`);
    } catch (problem) {
      console.error(`${name} could not be measured:`, problem);
      process.exitCode = 1;
    }
  }
  await upstream.stop();
  // What the systems said is kept where something could not be measured.
  if (process.exitCode === undefined) rmSync(runFolder, { recursive: true });
  if (verdicts.length > 0) console.log(markdownTable(verdictTable(verdicts)));
}

/** Every case's last result goes into the document, so that one can be measured again by itself. */
function write(): void {
  const kept = readResults();
  const results = cases.flatMap(({ name }): (readonly [string, Result])[] => {
    const result = kept[name];
    return result === undefined ? [] : [[name, result]];
  });
  const docs = join(root, "docs");
  const document = join(docs, "performance.md");
  const generated = writeGenerated(describeMachine(), results);
  writeFileSync(document, replaceGenerated(readFileSync(document, "utf8"), generated));
  for (const [name, { plot }] of results)
    if (plot !== undefined) writeFileSync(join(docs, plotFile(name)), drawPlot(plot));
}
