import { parseArgs } from "node:util";
import { amplification } from "./load/amplification.ts";
import { drain } from "./load/drain.ts";
import { duplicates } from "./load/duplicates.ts";
import { fallBack } from "./load/fall-back.ts";
import { goodput } from "./load/goodput.ts";
import { leaks } from "./load/leaks.ts";
import { reload } from "./load/reload.ts";
import { describeMachine, tableOf, writeFigures } from "./load/report.ts";
import type { LoadSettings, Row, Scenario } from "./load/scenario.ts";
import { truth } from "./load/truth.ts";

/**
 * The long form of the chaos suite: measures what is promised about outages, with a
 * gateway, providers and callers in processes of their own, and says of every row
 * whether it shows what it must. `npm run test:chaos -- --help` lists what can be
 * chosen. Ends with 1 when a row does not.
 */
const scenarios: readonly Scenario[] = [
  goodput,
  amplification,
  fallBack,
  duplicates,
  drain,
  reload,
  truth,
  leaks,
];

const { values, positionals: named } = parseArgs({
  allowPositionals: true,
  options: {
    rate: { type: "string", default: "200" },
    seconds: { type: "string", default: "60" },
    keys: { type: "string", default: "1000" },
    kills: { type: "string", default: "10" },
    failures: { type: "string", default: "10000" },
    times: { type: "string", default: "10" },
    only: { type: "string" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const unknown = named.filter((name) => !scenarios.some((scenario) => scenario.name === name));
if (values.help || unknown.length > 0) {
  console.log(`npm run test:chaos -- [SCENARIO...] [options]

${scenarios.map(({ name, must }) => `${name.padEnd(15)}${must}`).join("\n")}

--rate N       calls a second (${values.rate})
--seconds N    length of an outage (${values.seconds})
--keys N       idempotency keys with each provider (${values.keys})
--kills N      how often the process is killed meanwhile (${values.kills})
--failures N   requests that fail, of each kind, to look for leaks (${values.failures})
--times N      how often a process is stopped, or its configuration reloaded (${values.times})
--only WORD    only the rows whose first column has this in it
--write        puts the tables into docs/outages.md`);
  process.exit(unknown.length > 0 ? 2 : 0);
}
const settings: LoadSettings = {
  rate: Number(values.rate),
  seconds: Number(values.seconds),
  keys: Number(values.keys),
  kills: Number(values.kills),
  failures: Number(values.failures),
  times: Number(values.times),
  only: values.only,
};

console.log(describeMachine(settings));
for (const scenario of scenarios) {
  if (named.length > 0 && !named.includes(scenario.name)) continue;
  const rows: Row[] = [];
  console.log(`\n## ${scenario.name}\n\n${scenario.must}\n`);
  for await (const row of scenario.run(settings)) {
    // As soon as it is measured; the table comes whole at the end.
    console.error(`${row.met ? "met   " : "MISSED"} ${row.cells.join(" · ")}`);
    rows.push(row);
  }
  console.log(tableOf(scenario, rows));
  if (rows.some(({ met }) => !met)) process.exitCode = 1;
  if (values.write) writeFigures(scenario, rows, settings);
}
