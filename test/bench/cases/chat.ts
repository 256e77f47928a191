import type { Bench, Case, CaseReport } from "../bench.ts";
import { type Door, spillwayContender } from "../load/doors.ts";
import { chatJob } from "../load/jobs.ts";
import { openAiContender } from "../load/open-ai-contender.ts";
import { compare } from "../measure/compare.ts";
import { median } from "../measure/statistics.ts";
import { cpuRatio, named, throughputRatio, throughputTable } from "../report/throughput-table.ts";
import { openAiServers } from "../systems/open-ai-servers.ts";
import { withSystems } from "../systems/with-systems.ts";

const model = "gpt-5.4-mini";

/** A unary chat over the listener for gRPC, beside the floor and Portkey. */
export const chatGrpc: Case = {
  name: "chat-grpc",
  run: (bench) => chat(bench, ["gRPC"], ["floor, HTTP/2", "Portkey"]),
};

/** The same over Connect. */
export const chatConnect: Case = {
  name: "chat-connect",
  run: (bench) =>
    chat(
      bench,
      ["Connect JSON", "Connect binary", "Connect binary, HTTP/2"],
      ["floor, HTTP/2", "floor, HTTP/1.1", "Portkey", "direct"],
    ),
};

async function chat(
  bench: Bench,
  doors: readonly Door[],
  others: readonly string[],
): Promise<CaseReport> {
  const job = chatJob(model);
  const measured = await withSystems(bench, ({ floor, portkey, spillway }) => {
    const servers = openAiServers(bench.upstream.origin, floor, portkey);
    return compare(bench, [
      ...servers
        .filter(({ name }) => others.includes(name))
        .map((server) => openAiContender(server, job)),
      ...doors.map((door) => spillwayContender(spillway, door, job.spillway, job.right)),
    ]);
  });
  const floor = named(measured, "floor, HTTP/2");
  const portkey = named(measured, "Portkey");
  const grpc = doors.includes("gRPC");
  return {
    title: grpc ? "Chat of 1 kB over gRPC" : "Chat of 1 kB over Connect",
    lead: "A question of 1 kB and an answer of 1 kB, 32 at the same time. Of Spillway's requests 10 % are traced.",
    table: throughputTable(measured, ["floor, HTTP/2", "Portkey"]),
    plot: {
      unit: "CPU µs a request",
      bars: measured.map(({ name, cpuMicros }) => ({ name, value: median(cpuMicros) })),
    },
    verdicts: doors.flatMap((door) => {
      const row = named(measured, `Spillway, ${door}`);
      const what = `chat of 1 kB, ${door}`;
      return grpc
        ? [
            {
              what: `${what}: CPU a request against the floor's`,
              figure: cpuRatio(row, floor),
              target: { most: 2 },
              unit: " ×",
            },
            {
              what: `${what}: throughput against Portkey's`,
              figure: throughputRatio(row, portkey),
              target: { least: 4 },
              unit: " ×",
            },
          ]
        : [
            {
              what: `${what}: throughput against Portkey's`,
              figure: throughputRatio(row, portkey),
              target: { least: 2.5 },
              unit: " ×",
            },
          ];
    }),
  };
}
