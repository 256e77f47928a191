import { setTimeout as sleep } from "node:timers/promises";
import type { Case } from "../bench.ts";
import { spillwayContender } from "../load/doors.ts";
import { chatJob } from "../load/jobs.ts";
import { compare } from "../measure/compare.ts";
import { figure } from "../report/figure.ts";
import { named, throughputRatio, throughputTable } from "../report/throughput-table.ts";
import { atLeast } from "../report/verdict.ts";
import { startSpillway, type Tracing } from "../systems/spillway.ts";
import { whileRunning } from "../systems/with-systems.ts";

const ways: Readonly<Record<string, Tracing | undefined>> = {
  "tracing off": undefined,
  "10 %, OTLP/JSON": { ratio: 0.1, protocol: "http/json" },
  "100 %, OTLP/JSON": { ratio: 1, protocol: "http/json" },
  "100 %, OTLP/protobuf": { ratio: 1, protocol: "http/protobuf" },
};

/** What spans cost that are exported to a sink on the load's processor. */
export const tracing: Case = {
  name: "tracing",
  async run(bench) {
    const found = await whileRunning(async (keep) => {
      const contenders = [];
      for (const [name, tracing] of Object.entries(ways)) {
        const spillway = keep(await startSpillway(bench, { name, tracing }));
        contenders.push(spillwayContender(spillway, "gRPC", chatJob()));
      }
      const before = await bench.upstream.counts();
      const measured = await compare(bench, contenders);
      // The last batch is on its way for a quarter of a second.
      await sleep(1000);
      const after = await bench.upstream.counts();
      return { measured, spans: (after["spans"] ?? 0) - (before["spans"] ?? 0) };
    });
    const off = named(found.measured, "tracing off, gRPC");
    const asked = (way: string) => named(found.measured, `${way}, gRPC`).requests;
    const made = 3 * (asked("100 %, OTLP/JSON") + asked("10 %, OTLP/JSON") / 10);
    const share = (way: string) => throughputRatio(named(found.measured, `${way}, gRPC`), off);
    return {
      title: "Tracing",
      lead: `Chat of 1 kB over gRPC, three spans a request, exported over OTLP/HTTP. The queue has room for 65,536 spans, and so none is dropped: the sink took in ${figure(found.spans)} of some ${figure(made)} in OTLP/JSON.`,
      table: throughputTable(found.measured, ["tracing off, gRPC"]),
      verdicts: [
        atLeast(
          0.75,
          " ×",
          "tracing 100 %, OTLP/JSON: throughput against none",
          share("100 %, OTLP/JSON"),
        ),
        atLeast(
          0.75,
          " ×",
          "tracing 100 %, OTLP/protobuf: throughput against none",
          share("100 %, OTLP/protobuf"),
        ),
      ],
    };
  },
};
