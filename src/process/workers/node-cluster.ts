import type { Cluster, Worker } from "node:cluster";
import type { ConfigFiles } from "../config-source.ts";
import type { FromPrimary, FromWorker } from "./messages.ts";
import type { Port } from "./port.ts";
import type { Fork, WorkerProcess } from "./worker-process.ts";

/** What a worker has to know before it reads its configuration. */
export interface WorkerRole {
  /** How many workers serve together. */
  readonly count: number;
  /** Where all of them keep files that have no directory in the configuration. */
  readonly mediaDirectory?: string | undefined;
  /** What the primary was started with: a worker that comes later has the same listeners and stores. */
  readonly files: ConfigFiles;
  /**
   * What the workers have put to work since: one that comes later serves the same,
   * whatever has become of the files. Undefined: nothing.
   */
  readonly applied?: ConfigFiles | undefined;
}

/** Starts workers by Node's cluster: this program again, with the same words and a role. */
export function clusterFork(cluster: Cluster, role: Omit<WorkerRole, "applied">): Fork {
  // Results with images go to the store and back.
  cluster.setupPrimary({ serialization: "advanced" });
  return (applied) => {
    try {
      const worker = cluster.fork();
      // In a message: the files may hold keys, and more than an environment may.
      worker.send({ ...role, applied }, ignored);
      return processOf(worker);
    } catch (error) {
      return neverStarted(error);
    }
  };
}

/** The role that the primary gives this process, in its first message. */
export function roleOf(host: NodeJS.Process): Promise<WorkerRole> {
  return new Promise((resolve) => host.once("message", (role: WorkerRole) => resolve(role)));
}

/** A worker's end of the line. Where the primary is gone, Node ends its workers at once. */
export function primaryPort(host: NodeJS.Process): Port<FromWorker, FromPrimary> {
  return {
    send(message) {
      if (host.connected) host.send?.(message, undefined, undefined, ignored);
    },
    listen: (take) => host.on("message", take),
  };
}

function processOf(worker: Worker): WorkerProcess {
  return {
    send(message) {
      if (worker.isConnected()) worker.send(message, ignored);
    },
    listen: (take) => worker.on("message", take),
    ended: new Promise((resolve) => {
      worker.once("exit", (code, signal) => resolve(signal ?? `code ${code}`));
      // Who could not be started never exits. Any other error is of a line that ends with its worker.
      worker.on("error", (error) => {
        if (worker.process.pid === undefined) resolve(error.message);
      });
    }),
    kill: () => worker.process.kill("SIGKILL"),
  };
}

/** What the system has no room for is a worker that has ended. */
function neverStarted(error: unknown): WorkerProcess {
  const how = error instanceof Error ? error.message : String(error);
  return { send: ignored, listen: ignored, ended: Promise.resolve(how), kill: ignored };
}

function ignored(): void {}
