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
export async function withSystems<T>(
  { upstream: { origin } }: Bench,
  use: (systems: Systems) => Promise<T>,
): Promise<T> {
  const started: RunningSystem[] = [];
  const keep = <System extends RunningSystem>(system: System): System => {
    started.push(system);
    return system;
  };
  try {
    const floor = keep(await startFloor(origin));
    const portkey = keep(await startPortkey());
    const spillway = keep(await startSpillway(origin));
    return await use({ floor, portkey, spillway });
  } finally {
    for (const system of started) await system.stop();
  }
}
