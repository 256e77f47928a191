import type { Bench, Case, CaseReport } from "../bench.ts";
import { type Door, spillwayContender } from "../load/doors.ts";
import { chatJob } from "../load/jobs.ts";
import { type OpenAiName, openAiContenders } from "../load/open-ai-contenders.ts";
import { compare } from "../measure/compare.ts";
import { cpuPlot } from "../report/plot.ts";
import { cpuRatio, named, throughputRatio, throughputTable } from "../report/throughput-table.ts";
import { atLeast, atMost } from "../report/verdict.ts";
import { withSystems } from "../systems/with-systems.ts";

const lead =
  "A question of 1 kB and an answer of 1 kB, 32 at the same time. Of Spillway's requests 10 % are traced and exported.";

/** A unary chat over the listener for gRPC, beside the floor and Portkey. */
export const chatGrpc: Case = {
  name: "chat-grpc",
  async run(bench) {
    const measured = await chat(bench, ["floor, HTTP/2", "Portkey"], ["gRPC"]);
    const row = named(measured, "Spillway, gRPC");
    const cpu = cpuRatio(row, named(measured, "floor, HTTP/2"));
    const throughput = throughputRatio(row, named(measured, "Portkey"));
    return {
      title: "Chat of 1 kB over gRPC",
      lead,
      table: throughputTable(measured, ["floor, HTTP/2", "Portkey"]),
      plot: cpuPlot(measured),
      verdicts: [
        atMost(2, " ×", "chat, gRPC: CPU a request against the floor's", cpu),
        atLeast(4, " ×", "chat, gRPC: throughput against Portkey's", throughput),
      ],
    };
  },
};

/** The same over Connect. */
export const chatConnect: Case = {
  name: "chat-connect",
  async run(bench): Promise<CaseReport> {
    const doors = ["Connect JSON", "Connect binary"] as const;
    const measured = await chat(
      bench,
      ["floor, HTTP/2", "floor, HTTP/1.1", "Portkey", "direct"],
      [...doors, "Connect binary, HTTP/2"],
    );
    const portkey = named(measured, "Portkey");
    return {
      title: "Chat of 1 kB over Connect",
      lead,
      table: throughputTable(measured, ["floor, HTTP/2", "Portkey"]),
      plot: cpuPlot(measured),
      verdicts: doors.map((door) =>
        atLeast(
          2.5,
          " ×",
          `chat, ${door}: throughput against Portkey's`,
          throughputRatio(named(measured, `Spillway, ${door}`), portkey),
        ),
      ),
    };
  },
};

function chat(bench: Bench, others: readonly OpenAiName[], doors: readonly Door[]) {
  const job = chatJob();
  return withSystems(bench, (systems) =>
    compare(bench, [
      ...openAiContenders(bench, systems, job, others),
      ...doors.map((door) => spillwayContender(systems.spillway, door, job)),
    ]),
  );
}
