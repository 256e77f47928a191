import { join } from "node:path";
import { startChild } from "../measure/child.ts";
import type { RunningSystem } from "./system.ts";

/** The pass-through of floor-server.ts, running. */
export interface Floor extends RunningSystem {
  readonly http2: string;
  readonly http1: string;
}

/** Starts it in front of an origin. */
export async function startFloor(origin: string): Promise<Floor> {
  const child = await startChild({
    name: "floor",
    command: [process.execPath, join(import.meta.dirname, "floor-server.ts"), origin],
    place: "measured",
    ready: (output) => /^\d+ \d+$/m.test(output),
  });
  const [http2, http1] = child.output().trim().split(" ");
  return {
    name: "floor",
    pid: child.pid,
    http2: `http://127.0.0.1:${http2}`,
    http1: `http://127.0.0.1:${http1}`,
    stop: child.stop,
  };
}
