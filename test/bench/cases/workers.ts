import { configSchema } from "../../../src/config/schema.ts";
import type { Case } from "../bench.ts";
import { spillwayContender } from "../load/doors.ts";
import { chatJob } from "../load/jobs.ts";
import { floorServer, openAiContender } from "../load/open-ai-contenders.ts";
import { compare, usual } from "../measure/compare.ts";
import { figure } from "../report/figure.ts";
import { named, throughputRatio, throughputTable } from "../report/throughput-table.ts";
import { atLeast } from "../report/verdict.ts";
import { startFloor } from "../systems/floor.ts";
import { startSpillway, usualTracing } from "../systems/spillway.ts";
import { whileRunning } from "../systems/with-systems.ts";

/** Whether the configuration has workers: without them there is nothing to compare. */
export const hasWorkers = configSchema(new Set()).safeParse({ server: { workers: 2 } }).success;

/** Two processes on both processors, which the generator shares at low priority. */
export const workers: Case = {
  name: "workers",
  async run(bench) {
    const job = chatJob();
    const measured = await whileRunning(async (keep) => {
      const contenders = [];
      for (const [count, name, floorName] of [
        [1, "one worker", "floor, one process"],
        [2, "two workers", "floor, two processes"],
      ] as const) {
        const options = { name, workers: count, place: "both", tracing: usualTracing } as const;
        const spillway = keep(await startSpillway(bench, options));
        contenders.push(spillwayContender(spillway, "gRPC", job));
        const place = { name: floorName, processes: count, place: "both" } as const;
        const floor = keep(await startFloor(bench.upstream.origin, place));
        const contender = openAiContender(floorServer(floor, "2", "fast"), job);
        contenders.push({ ...contender, name: floorName });
      }
      return compare(bench, contenders, { ...usual, nice: true });
    });
    const one = named(measured, "one worker, gRPC");
    const two = named(measured, "two workers, gRPC");
    const floors = throughputRatio(
      named(measured, "floor, two processes"),
      named(measured, "floor, one process"),
    );
    return {
      title: "Two workers",
      lead: `Chat of 1 kB over gRPC on eight connections, everything on both processors, the generator at low priority. The generator and the provider need their part of the two processors too, so that nothing can double here: the floor with two processes does ${figure(floors)} × what it does with one.`,
      table: throughputTable(measured, ["one worker, gRPC"]),
      verdicts: [
        atLeast(1.6, " ×", "two workers: throughput against one", throughputRatio(two, one)),
      ],
    };
  },
};
