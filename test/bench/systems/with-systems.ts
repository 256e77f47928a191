import type { Bench } from "../bench.ts";
import { type Floor, startFloor } from "./floor.ts";
import { type Portkey, startPortkey } from "./portkey.ts";
import { type Spillway, startSpillway } from "./spillway.ts";
import type { RunningSystem } from "./system.ts";

/** The three that are compared, freshly started. */
export interface Systems {
  readonly floor: Floor;
  readonly portkey: Portkey;
  readonly spillway: Spillway;
}

/** Starts them all, which idle while another is measured, and stops them at the end. */
export function withSystems<T>(bench: Bench, use: (systems: Systems) => Promise<T>): Promise<T> {
  return whileRunning(async (keep) =>
    use({
      floor: keep(await startFloor(bench.upstream.origin)),
      portkey: keep(await startPortkey()),
      spillway: keep(await startSpillway(bench)),
    }),
  );
}

/** Stops at the end whatever was handed to `keep`. */
export async function whileRunning<T>(
  use: (keep: <System extends RunningSystem>(system: System) => System) => Promise<T>,
): Promise<T> {
  const started: RunningSystem[] = [];
  try {
    return await use((system) => {
      started.push(system);
      return system;
    });
  } finally {
    for (const system of started) await system.stop();
  }
}
