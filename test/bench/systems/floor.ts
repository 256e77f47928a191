import { join } from "node:path";
import { startChild } from "../measure/child.ts";
import type { Place } from "../measure/pin.ts";
import type { RunningSystem } from "./system.ts";

/** The pass-through of floor-server.ts, running. */
export interface Floor extends RunningSystem {
  readonly http2: string;
  readonly http1: string;
}

/** How a floor to be measured differs from the usual one. */
export interface FloorOptions {
  readonly name: string;
  readonly processes: number;
  readonly place: Place;
}

/** Starts it in front of an origin. */
export async function startFloor(
  origin: string,
  { name, processes, place }: FloorOptions = { name: "floor", processes: 1, place: "measured" },
): Promise<Floor> {
  const server = join(import.meta.dirname, "floor-server.ts");
  const child = await startChild({
    name,
    command: [process.execPath, server, origin, `${processes}`],
    place,
    ready: (output) => output.match(/^\d+ \d+$/gm)?.length === processes,
  });
  // All processes share the ports.
  const [line = ""] = child.output().split("\n");
  const [http2, http1] = line.split(" ");
  return {
    name,
    pid: child.pid,
    http2: `http://127.0.0.1:${http2}`,
    http1: `http://127.0.0.1:${http1}`,
    stop: child.stop,
  };
}
