import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Case } from "../bench.ts";
import { usageOf } from "../measure/process-usage.ts";
import { median } from "../measure/statistics.ts";
import { figure } from "../report/figure.ts";
import { atMost } from "../report/verdict.ts";
import { runFolder } from "../scratch.ts";
import { startProgram } from "../systems/spillway.ts";

const configurations = {
  "in earnest": `
server: { listen: 127.0.0.1:0, grpc: 127.0.0.1:0, admin: 127.0.0.1:0 }
providers:
  openai: { keys: [sk-bench] }
  replicate: { keys: [r8-bench] }
routes:
  - models: ["*"]
    targets: [{ provider: openai }, { provider: replicate, priority: 1 }]
`,
  sandbox: `
server: { listen: 127.0.0.1:0, grpc: 127.0.0.1:0, admin: 127.0.0.1:0 }
sandbox: true
`,
} as const;

/** From nothing to the log line "listening", and what is resident 5 seconds later. */
export const startUp: Case = {
  name: "start-up",
  async run(bench) {
    const rows = [];
    for (const [name, yaml] of Object.entries(configurations)) {
      const config = join(runFolder, "start-up.yaml");
      writeFileSync(config, yaml);
      // The sources compiled, which the first start of a machine leaves to the next.
      const compiled = join(runFolder, "compiled");
      rmSync(compiled, { recursive: true, force: true });
      const firsts: number[] = [];
      const laters: number[] = [];
      const resident: number[] = [];
      for (let round = 0; round <= bench.rounds; round++) {
        const spillway = await startProgram({
          sources: bench.sources,
          program: bench.program,
          name: "start-up",
          config,
          environment: { NODE_COMPILE_CACHE: compiled },
        });
        (round === 0 ? firsts : laters).push(spillway.startMs);
        bench.progress(`${round}/${bench.rounds} ${name}: ${figure(spillway.startMs)} ms`);
        if (round === bench.rounds) {
          await sleep(5000);
          resident.push(usageOf(spillway.pid).residentBytes / 1e6);
          await spillway.stop();
        } else {
          // What was compiled is written when a process ends of itself.
          await spillway.end();
        }
      }
      rows.push({
        name,
        first: median(firsts),
        later: median(laters),
        resident: median(resident),
      });
    }
    return {
      title: "Start",
      lead: "From the start of the process to the log line `listening`: the first time on a machine, and later, when the sources are compiled; and what is resident 5 seconds after that.",
      table: {
        columns: ["", "first ms", "later ms", "resident MB"],
        rows: rows.map(({ name, first, later, resident }) => [
          name,
          ...[first, later, resident].map(figure),
        ]),
      },
      verdicts: rows.flatMap(({ name, first, later, resident }) => [
        atMost(1, " s", `first start, ${name}: until it listens`, first / 1000),
        atMost(1, " s", `later start, ${name}: until it listens`, later / 1000),
        atMost(110, " MB", `idle, ${name}: resident memory`, resident),
      ]),
    };
  },
};
