import type { ConfigFiles } from "../config-source.ts";
import type { FromPrimary, FromWorker } from "./messages.ts";
import type { Port } from "./port.ts";

/** A worker, as the primary sees it. */
export interface WorkerProcess extends Port<FromPrimary, FromWorker> {
  /** Resolves when it has ended, with how: "code 1", "SIGKILL". */
  readonly ended: Promise<string>;
  /** Ends it at once. */
  kill(): void;
}

/** Starts another process of this program, as a worker that serves what was applied since the start. */
export type Fork = (applied?: ConfigFiles) => WorkerProcess;
