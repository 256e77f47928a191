import { setTimeout as sleep } from "node:timers/promises";
import type { Bench, Case } from "../bench.ts";
import { type Door, spillwayContender } from "../load/doors.ts";
import { pressWithH2load } from "../load/h2load.ts";
import { chatJob } from "../load/jobs.ts";
import { floorServer, openAiContender, portkeyServer } from "../load/open-ai-contenders.ts";
import { probe } from "../load/probe.ts";
import type { LoadTarget } from "../load/target.ts";
import { usageOf } from "../measure/process-usage.ts";
import { median, percentile } from "../measure/statistics.ts";
import { figure } from "../report/figure.ts";
import { atMost } from "../report/verdict.ts";
import { startFloor } from "../systems/floor.ts";
import { startPortkey } from "../systems/portkey.ts";
import { startSpillway } from "../systems/spillway.ts";
import type { Contender } from "../systems/system.ts";
import { whileRunning } from "../systems/with-systems.ts";

const waiters = 1000;
const connections = 8;

/** Starts a server of its own and says how it is asked; `waiting` is the job that takes 5 seconds. */
type Rival = (bench: Bench) => Promise<{ readonly quick: Contender; readonly waiting: Contender }>;

const rivals: Readonly<Record<string, Rival>> = {
  "floor, HTTP/2": floorRival,
  Portkey: portkeyRival,
  "Spillway, gRPC": (bench) => spillwayRival(bench, "gRPC"),
  "Spillway, Connect binary": (bench) => spillwayRival(bench, "Connect binary"),
};

/** A thousand requests wait for a slow provider. */
export const waiting: Case = {
  name: "waiting",
  async run(bench) {
    const rows = Object.entries(rivals).map(([name, rival]) => ({
      name,
      rival,
      rounds: [] as Waited[],
    }));
    // Each round has processes of its own and takes 20 seconds for each.
    for (let round = 1; round <= Math.min(bench.rounds, 3); round++) {
      for (const { name, rival, rounds } of rows) {
        const waited = await whileRunning(async (keep) => {
          const { quick, waiting } = await rival(bench);
          if (waiting.system !== undefined) keep(waiting.system);
          return hold(quick, waiting);
        });
        rounds.push(waited);
        bench.progress(
          `${round} ${name}: ${figure(waited.aboveIdle)} MB above ${figure(waited.idle)} MB`,
        );
      }
    }
    const middle = (rounds: readonly Waited[], field: keyof Waited) =>
      median(rounds.map((waited) => waited[field]));
    return {
      title: "1,000 requests that wait 5 seconds",
      lead: "Resident memory above that of the process after a second of ordinary load, over eight connections or, with HTTP/1.1, over 1,000; how long it took to answer all; and how long a quick request took, before and meanwhile.",
      table: {
        columns: ["", "idle MB", "MB above idle", "seconds", "p50 ms before", "p50 ms meanwhile"],
        rows: rows.map(({ name, rounds }) => [
          name,
          ...(["idle", "aboveIdle", "seconds", "before", "meanwhile"] as const).map((field) =>
            figure(middle(rounds, field)),
          ),
        ]),
      },
      verdicts: rows
        .filter(({ name }) => name.startsWith("Spillway"))
        .flatMap(({ name, rounds }) => {
          const what = `1,000 waiting, ${name.replace("Spillway, ", "")}:`;
          const most = name === "Spillway, gRPC" ? 30 : 45;
          const slower = middle(rounds, "meanwhile") - middle(rounds, "before");
          return [
            atMost(most, " MB", `${what} memory above idle`, middle(rounds, "aboveIdle")),
            atMost(0.5, " ms", `${what} a new request's p50 above that before`, slower),
          ];
        }),
    };
  },
};

/** In MB, seconds and milliseconds. */
interface Waited {
  readonly idle: number;
  readonly aboveIdle: number;
  readonly seconds: number;
  readonly before: number;
  readonly meanwhile: number;
}

async function hold(quick: Contender, waiting: Contender): Promise<Waited> {
  const { system } = waiting;
  if (system === undefined) throw new Error("nobody to wait at");
  await pressWithH2load(quick.target, { connections, streams: 4, until: { seconds: 1 } });
  const before = await typical(quick.target);
  await sleep(2000);
  const resident = () => usageOf(system.pid).residentBytes / 1e6;
  const idle = resident();
  const started = performance.now();
  const all = pressWithH2load(waiting.target, {
    connections,
    streams: waiters / connections,
    until: { requests: waiters },
  });
  await sleep(1500);
  const meanwhile = await typical(quick.target);
  let most = resident();
  const sampling = setInterval(() => {
    most = Math.max(most, resident());
  }, 100);
  await all.finally(() => clearInterval(sampling));
  const seconds = (performance.now() - started) / 1000;
  return { idle, aboveIdle: most - idle, seconds, before, meanwhile };
}

async function typical(target: LoadTarget): Promise<number> {
  return percentile(await probe(target, { rps: 50, seconds: 2 }), 50);
}

async function spillwayRival(bench: Bench, door: Door) {
  const spillway = await startSpillway(bench);
  return {
    quick: spillwayContender(spillway, door, chatJob()),
    waiting: spillwayContender(spillway, door, chatJob("slow")),
  };
}

async function floorRival({ upstream: { origin } }: Bench) {
  const floor = await startFloor(origin);
  return {
    quick: openAiContender(floorServer(floor, "2", "fast"), chatJob()),
    waiting: openAiContender(floorServer(floor, "2", "slow"), chatJob()),
  };
}

async function portkeyRival({ upstream: { origin } }: Bench) {
  const portkey = await startPortkey();
  return {
    quick: openAiContender(portkeyServer(portkey, origin, "fast"), chatJob()),
    waiting: openAiContender(portkeyServer(portkey, origin, "slow"), chatJob()),
  };
}
