import type { Case } from "../bench.ts";
import { spillwayContender } from "../load/doors.ts";
import { pressWithH2load } from "../load/h2load.ts";
import { chatJob } from "../load/jobs.ts";
import { openAiContenders } from "../load/open-ai-contenders.ts";
import { probe } from "../load/probe.ts";
import { usual } from "../measure/compare.ts";
import { median, steadyPercentile } from "../measure/statistics.ts";
import { figure } from "../report/figure.ts";
import { atMost } from "../report/verdict.ts";
import { withSystems } from "../systems/with-systems.ts";

const doors = ["gRPC", "Connect JSON", "Connect binary"] as const;

/** What each adds to the direct call when it has a tenth of the load that it can bear. */
export const latency: Case = {
  name: "latency",
  async run(bench) {
    const rows = await withSystems(bench, async (systems) => {
      const job = chatJob();
      const [direct, ...others] = [
        ...openAiContenders(bench, systems, job, ["direct", "floor, HTTP/2", "Portkey"]),
        ...doors.map((door) => spillwayContender(systems.spillway, door, job)),
      ];
      if (direct === undefined) throw new Error("nobody is asked directly");
      const rows = [];
      for (const { name, target } of others) {
        const pressure = { ...usual, until: { seconds: bench.warmUpSeconds } };
        const { requestsPerSecond } = await pressWithH2load(target, pressure);
        rows.push({ name, target, rps: Math.round(requestsPerSecond / 10), rounds: [] as Added[] });
      }
      for (let round = 1; round <= bench.rounds; round++) {
        for (const { name, target, rps, rounds } of rows) {
          const load = { rps, seconds: bench.seconds };
          const alone = await probe(direct.target, load);
          const through = await probe(target, load);
          const [p50, p99] = [50, 99].map(
            (share) =>
              steadyPercentile(through, share, inARow) - steadyPercentile(alone, share, inARow),
          );
          rounds.push({ p50: p50 ?? Number.NaN, p99: p99 ?? Number.NaN });
          bench.progress(
            `${round}/${bench.rounds} ${name} at ${rps}/s: ${p50?.toFixed(2)} and ${p99?.toFixed(2)} ms`,
          );
        }
      }
      return rows.map(({ name, rps, rounds }) => ({
        name,
        rps,
        p50: median(rounds.map((added) => added.p50)),
        p99: median(rounds.map((added) => added.p99)),
      }));
    });
    return {
      title: "Added latency at a tenth of saturation",
      lead: "Chat of 1 kB, requests at even distances, each timed from when it was due. The figures are milliseconds above the direct call at the same rate; p99 is the median over 200 requests in a row at a time, so that a stop of the machine spoils only those it falls into.",
      table: {
        columns: ["", "requests/s", "p50 ms", "p99 ms"],
        rows: rows.map(({ name, rps, p50, p99 }) => [name, figure(rps), figure(p50), figure(p99)]),
      },
      verdicts: rows
        .filter(({ name }) => name.startsWith("Spillway"))
        .flatMap(({ name, p50, p99 }) => {
          const what = name.replace("Spillway", "added latency");
          return [atMost(1, " ms", `${what}: p50`, p50), atMost(5, " ms", `${what}: p99`, p99)];
        }),
    };
  },
};

/** Long enough for a p99 to be more than the slowest. */
const inARow = 200;

interface Added {
  readonly p50: number;
  readonly p99: number;
}
