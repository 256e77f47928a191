import type { Cluster } from "node:cluster";
import type { FromPrimary, FromWorker } from "./messages.ts";
import type { Port } from "./port.ts";
import type { Fork } from "./worker-process.ts";

/** What a worker has to know before it reads its configuration. */
export interface WorkerRole {
  /** How many workers serve together. */
  readonly count: number;
  /** Where all of them keep files that have no directory in the configuration. */
  readonly mediaDirectory?: string | undefined;
}

/** Starts workers by Node's cluster: this program again, with the same words and a role. */
export function clusterFork(cluster: Cluster, role: WorkerRole): Fork {
  // Results with images go to the store and back.
  cluster.setupPrimary({ serialization: "advanced" });
  return () => {
    const worker = cluster.fork({ [roleVariable]: JSON.stringify(role) });
    const ended = new Promise<string>((resolve) => {
      worker.once("exit", (code, signal) => resolve(signal ?? `code ${code}`));
    });
    // A worker that ends takes its line with it; that it ended is told all the same.
    worker.on("error", ignored);
    return {
      send(message) {
        if (worker.isConnected()) worker.send(message, ignored);
      },
      listen: (take) => worker.on("message", take),
      ended,
      kill: () => worker.process.kill("SIGKILL"),
    };
  };
}

/** The role that the primary gave this process. */
export function roleOf(environment: Readonly<Record<string, string | undefined>>): WorkerRole {
  // Only the primary starts workers, and it gives each one a role.
  return JSON.parse(environment[roleVariable] ?? "") as WorkerRole;
}

/** A worker's end of the line. `lost` is called when the primary is gone. */
export function primaryPort(host: NodeJS.Process, lost: () => void): Port<FromWorker, FromPrimary> {
  host.once("disconnect", lost);
  return {
    send(message) {
      if (host.connected) host.send?.(message, undefined, undefined, ignored);
    },
    listen: (take) => host.on("message", take),
  };
}

const roleVariable = "SPILLWAY_WORKER";

function ignored(): void {}
