import type { Bench } from "../bench.ts";
import { ask } from "../load/ask.ts";
import { type Pressure, pressWithH2load } from "../load/h2load.ts";
import type { Contender } from "../systems/system.ts";
import type { Measured } from "./measured.ts";
import { resetPeak, usageOf } from "./process-usage.ts";

/** How contenders are compared, beyond how often and how long. */
export interface Comparison {
  readonly connections: number;
  readonly streams: number;
  /** So many requests a round, where the time of a round would be too short for them. */
  readonly requests?: number | undefined;
  /** The generator shares both processors, at low priority. */
  readonly nice?: boolean | undefined;
}

/** At the same time, over eight connections or, with HTTP/1.1, over 32. */
export const usual: Comparison = { connections: 8, streams: 4 };

/**
 * Presses each contender in turn, round after round, so that whatever disturbs the
 * machine disturbs all of them. Each must answer rightly before and after, and the
 * upstream must have been asked as often as the generator says.
 */
export async function compare(
  bench: Bench,
  contenders: readonly Contender[],
  comparison: Comparison = usual,
): Promise<readonly Measured[]> {
  const rows = [];
  for (const contender of contenders) {
    const answer = await ask(contender.target);
    contender.check(answer);
    const { length } = answer.body;
    const { requestsPerSecond, done } = await press(
      bench,
      contender,
      comparison,
      length,
      warmUp(bench, comparison),
    );
    const requests = comparison.requests ?? enough(requestsPerSecond * bench.seconds, comparison);
    rows.push({ contender, length, requests, samples: [] as Sample[], warmUp: done });
  }
  for (let round = 1; round <= bench.rounds; round++) {
    for (const { contender, length, requests, samples } of rows) {
      const sample = await press(bench, contender, comparison, length, { requests });
      samples.push(sample);
      bench.progress(
        `${round}/${bench.rounds} ${contender.name}: ${sample.requestsPerSecond.toFixed(0)}/s, ${sample.cpuMicros.toFixed(0)} µs`,
      );
    }
  }
  for (const contender of contenders) contender.check(await ask(contender.target));
  return rows.map(({ contender: { name }, samples, warmUp }) => ({
    name,
    requestsPerSecond: samples.map((sample) => sample.requestsPerSecond),
    cpuMicros: samples.map((sample) => sample.cpuMicros),
    peakBytes: samples.map((sample) => sample.peakBytes),
    requests: samples.reduce((sum, sample) => sum + sample.done, warmUp),
  }));
}

function warmUp({ warmUpSeconds }: Bench, { requests }: Comparison): Pressure["until"] {
  return requests === undefined ? { seconds: warmUpSeconds } : { requests };
}

/**
 * Of a number, not of a time: what is under way when time is up would have used the
 * processor and count for nothing, and the slower the contender the more of it.
 */
function enough(requests: number, { connections, streams }: Comparison): number {
  const places = connections * streams;
  return Math.max(2, Math.ceil(requests / places)) * places;
}

interface Sample {
  readonly requestsPerSecond: number;
  readonly cpuMicros: number;
  readonly peakBytes: number;
  readonly done: number;
}

async function press(
  bench: Bench,
  { name, system, target }: Contender,
  { connections, streams, nice }: Comparison,
  length: number,
  until: Pressure["until"],
): Promise<Sample> {
  const asked = await askedOf(bench);
  if (system !== undefined) resetPeak(system.pid);
  const before = system && usageOf(system.pid);
  const { requestsPerSecond, done, bodyBytes } = await pressWithH2load(
    target,
    { connections, streams, until },
    nice,
  );
  const after = system && usageOf(system.pid);
  const reached = (await askedOf(bench)) - asked;
  if ("requests" in until && done !== until.requests)
    throw new Error(`${name}: only ${done} of ${until.requests} requests were answered`);
  // A call of gRPC that fails has status 200 as well, but no message. Answers differ a little:
  // the first after a failover also tells of the attempt that failed.
  if (bodyBytes < done * length * 0.8)
    throw new Error(`${name}: ${done} answers of ${length} bytes, but only ${bodyBytes} bytes`);
  if (reached < done) throw new Error(`${name}: ${done} answers, but ${reached} requests upstream`);
  return {
    requestsPerSecond,
    done,
    cpuMicros: before && after ? ((after.cpuSeconds - before.cpuSeconds) / done) * 1e6 : Number.NaN,
    peakBytes: after?.peakBytes ?? Number.NaN,
  };
}

/** How many requests the upstream has answered well. */
async function askedOf({ upstream }: Bench): Promise<number> {
  const { fast = 0, burst = 0, paced = 0, slow = 0, spare = 0 } = await upstream.counts();
  return fast + burst + paced + slow + spare;
}
