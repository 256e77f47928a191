import type { Bench, Case } from "../bench.ts";
import { deltas, streamJob } from "../load/jobs.ts";
import { openAiContenders } from "../load/open-ai-contenders.ts";
import { probe } from "../load/probe.ts";
import { type StreamDoor, spillwayStreamContender } from "../load/stream-doors.ts";
import { type Comparison, compare, usual } from "../measure/compare.ts";
import { percentile } from "../measure/statistics.ts";
import { figure } from "../report/figure.ts";
import { named, throughputRatio, throughputTable } from "../report/throughput-table.ts";
import { atLeast, atMost } from "../report/verdict.ts";
import { type Systems, withSystems } from "../systems/with-systems.ts";

const doors: readonly StreamDoor[] = ["gRPC", "Connect binary", "Connect JSON"];
const few: readonly StreamDoor[] = ["gRPC", "Connect binary"];
const floor = "floor, HTTP/2";

/** How the upstream writes its deltas, and Spillway's model for it. */
const paces = [
  { mode: "fast", model: "gpt-5.4-mini", title: "a write each", doors, how: usual },
  { mode: "burst", model: "burst", title: "one write", doors: few, how: usual },
  {
    mode: "paced",
    model: "paced",
    title: "every 10 ms",
    doors: few,
    // A stream takes two seconds, so a round is measured by their number.
    how: { connections: 8, streams: 6, requests: 48 } satisfies Comparison,
  },
] as const;

/** Streams of 200 deltas. */
export const stream: Case = {
  name: "stream",
  async run(bench) {
    const found = await withSystems(bench, async (systems) => {
      const found = [];
      for (const { mode, model, title, doors, how } of paces) {
        const contenders = contendersFor(bench, systems, mode, model, doors);
        bench.progress(`deltas: ${title}`);
        const measured = await compare(bench, contenders, how);
        const { columns, rows } = throughputTable(measured, [floor]);
        found.push({
          measured,
          columns,
          rows: rows.map(([name, ...cells]) => [`${title}: ${name}`, ...cells]),
        });
      }
      return found;
    });
    const [{ measured, columns } = { measured: [], columns: [] }] = found;
    const share = throughputRatio(named(measured, "Spillway, gRPC"), named(measured, floor));
    return {
      title: "Streams of 200 deltas",
      lead: `The upstream writes each delta by itself without a pause, all of them in one write, or one every 10 ms. A request is a stream; times ${deltas}, it is deltas. 32 streams at the same time, 48 of those with a pause. The floor looks at no delta.`,
      table: { columns, rows: found.flatMap(({ rows }) => rows) },
      verdicts: [atLeast(0.5, " ×", "stream, gRPC: deltas a second against the floor's", share)],
    };
  },
};

/** How long the first delta is under way from the upstream to the caller. */
export const firstDelta: Case = {
  name: "first-delta",
  async run(bench) {
    const rows = await withSystems(bench, async (systems) => {
      const contenders = contendersFor(bench, systems, "paced", "paced", doors);
      const rows = contenders.map(({ name, target }) => ({ name, target, times: [] as number[] }));
      const rounds = Math.min(bench.rounds, 3);
      for (let round = 0; round <= rounds; round++) {
        for (const { name, target, times } of rows) {
          const found = await probe(target, { streams: 40, places: 20 });
          // The first round is there for V8 to compile what is hot.
          if (round > 0) times.push(...found);
          bench.progress(`${round}/${rounds} ${name}: ${figure(percentile(found, 50))} ms`);
        }
      }
      return rows;
    });
    const p50 = (name: string) =>
      percentile(rows.find((row) => row.name === name)?.times ?? [], 50);
    return {
      title: "First delta",
      lead: "From the upstream's writing of the first delta to its arrival at the caller, while 20 streams with a delta every 10 ms run.",
      table: {
        columns: ["", "p50 ms", "p90 ms", "p99 ms"],
        rows: rows.map(({ name, times }) => [
          name,
          ...[50, 90, 99].map((share) => figure(percentile(times, share))),
        ]),
      },
      verdicts: doors.map((door) =>
        atMost(1, " ms", `stream, ${door}: first delta, p50`, p50(`Spillway, ${door}`)),
      ),
    };
  },
};

function contendersFor(
  bench: Bench,
  systems: Systems,
  mode: string,
  model: string,
  doors: readonly StreamDoor[],
) {
  const job = streamJob(model);
  return [
    ...openAiContenders(bench, systems, job, [floor, "Portkey"], mode),
    ...doors.map((door) => spillwayStreamContender(systems.spillway, door, job)),
  ];
}
