import type { Case } from "../bench.ts";
import { spillwayContender } from "../load/doors.ts";
import { chatJob } from "../load/jobs.ts";
import { compare } from "../measure/compare.ts";
import { figure } from "../report/figure.ts";
import { named, throughputRatio, throughputTable } from "../report/throughput-table.ts";
import { startSpillway, usualTracing } from "../systems/spillway.ts";
import { whileRunning } from "../systems/with-systems.ts";

/** The first target answers 500 to everything. */
export const failover: Case = {
  name: "failover",
  async run(bench) {
    const found = await whileRunning(async (keep) => {
      const well = keep(await startSpillway(bench, { name: "both up", tracing: usualTracing }));
      const ill = keep(await startSpillway(bench, { name: "first down", tracing: usualTracing }));
      const before = await bench.upstream.counts();
      const measured = await compare(bench, [
        spillwayContender(well, "gRPC", chatJob()),
        spillwayContender(ill, "gRPC", chatJob("failover")),
      ]);
      const after = await bench.upstream.counts();
      const grown = (mode: string) => (after[mode] ?? 0) - (before[mode] ?? 0);
      return { measured, tried: grown("down"), answered: grown("spare") };
    });
    const [well, ill] = ["both up, gRPC", "first down, gRPC"].map((name) =>
      named(found.measured, name),
    );
    if (well === undefined || ill === undefined) throw new Error("nothing was measured");
    return {
      title: "Failover with the first target down",
      lead: `Chat of 1 kB over gRPC; the first target answers 500 and the second answers. Of ${figure(found.answered)} requests, ${figure(found.tried)} were tried at the first: the others went past it while its health kept it out. Throughput is ${figure(throughputRatio(ill, well))} × that with both up.`,
      table: throughputTable(found.measured, ["both up, gRPC"]),
      verdicts: [],
    };
  },
};
