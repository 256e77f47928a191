import type { Case } from "../bench.ts";
import { spillwayContender } from "../load/doors.ts";
import { editJob, imageJob } from "../load/jobs.ts";
import { openAiContenders } from "../load/open-ai-contenders.ts";
import { compare } from "../measure/compare.ts";
import type { Measured } from "../measure/measured.ts";
import { median, ratios } from "../measure/statistics.ts";
import { cpuPlot } from "../report/plot.ts";
import { named, throughputRatio, throughputTable } from "../report/throughput-table.ts";
import { atLeast, atMost } from "../report/verdict.ts";
import { withSystems } from "../systems/with-systems.ts";

const doors = ["gRPC", "Connect binary", "Connect JSON"] as const;
const references = ["floor, HTTP/2", "floor, HTTP/1.1", "Portkey"] as const;

/** An image of 1.5 MB of base64 in, bytes out. */
export const image: Case = {
  name: "image",
  async run(bench) {
    const job = imageJob();
    const measured = await withSystems(bench, (systems) =>
      compare(bench, [
        ...openAiContenders(bench, systems, job, references),
        ...doors.map((door) => spillwayContender(systems.spillway, door, job)),
      ]),
    );
    const portkey = named(measured, "Portkey");
    return {
      title: "Image of 1.5 MB",
      lead: "A provider's answer with 1.5 MB of base64, 32 at the same time; Spillway hands out the 1.1 MB of bytes, in Connect JSON as base64 again.",
      table: throughputTable(measured, references),
      plot: cpuPlot(measured),
      verdicts: (["gRPC", "Connect binary"] as const).flatMap((door) => {
        const row = named(measured, `Spillway, ${door}`);
        const floor = named(measured, door === "gRPC" ? "floor, HTTP/2" : "floor, HTTP/1.1");
        const what = `image, ${door}:`;
        return [
          atLeast(0.7, " ×", `${what} throughput against the floor's`, throughputRatio(row, floor)),
          atLeast(8, " ×", `${what} throughput against Portkey's`, throughputRatio(row, portkey)),
          atMost(0.7, " ×", `${what} resident memory against Portkey's`, peakRatio(row, portkey)),
        ];
      }),
    };
  },
};

/** An image of 5 MB to be changed. */
export const edit: Case = {
  name: "edit",
  async run(bench) {
    const job = editJob();
    const measured = await withSystems(bench, (systems) =>
      compare(
        bench,
        [
          ...openAiContenders(bench, systems, job, ["floor, HTTP/2", "Portkey"]),
          ...doors.map((door) => spillwayContender(systems.spillway, door, job)),
        ],
        { connections: 8, streams: 1 },
      ),
    );
    return {
      title: "Edit of an image of 5 MB",
      lead: "5 MB in, which go to the provider as a form, and its 1.5 MB of base64 back, 8 at the same time. The floor and Portkey are handed the form.",
      table: throughputTable(measured, ["floor, HTTP/2", "Portkey"]),
      verdicts: [],
    };
  },
};

function peakRatio(row: Measured, other: Measured): number {
  return median(ratios(row.peakBytes, other.peakBytes));
}
