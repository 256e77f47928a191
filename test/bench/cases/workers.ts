import { configSchema } from "../../../src/config/schema.ts";
import type { Case } from "../bench.ts";
import { spillwayContender } from "../load/doors.ts";
import { chatJob } from "../load/jobs.ts";
import { compare, usual } from "../measure/compare.ts";
import { named, throughputRatio, throughputTable } from "../report/throughput-table.ts";
import { atLeast } from "../report/verdict.ts";
import { startSpillway, usualTracing } from "../systems/spillway.ts";
import { whileRunning } from "../systems/with-systems.ts";

/** Whether the configuration has workers: without them there is nothing to compare. */
export const hasWorkers = configSchema(new Set()).safeParse({ server: { workers: 2 } }).success;

/** Two processes on both processors, which the generator shares at low priority. */
export const workers: Case = {
  name: "workers",
  async run(bench) {
    const measured = await whileRunning(async (keep) => {
      const contenders = [];
      for (const [name, count] of [
        ["one worker", 1],
        ["two workers", 2],
      ] as const) {
        const options = { name, workers: count, place: "both", tracing: usualTracing } as const;
        const spillway = keep(await startSpillway(bench, options));
        contenders.push(spillwayContender(spillway, "gRPC", chatJob()));
      }
      return compare(bench, contenders, { ...usual, nice: true });
    });
    const one = named(measured, "one worker, gRPC");
    const two = named(measured, "two workers, gRPC");
    return {
      title: "Two workers",
      lead: "Chat of 1 kB over gRPC on eight connections, everything on both processors, the generator at low priority.",
      table: throughputTable(measured, ["one worker, gRPC"]),
      verdicts: [
        atLeast(1.6, " ×", "two workers: throughput against one", throughputRatio(two, one)),
      ],
    };
  },
};
