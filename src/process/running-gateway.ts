import type { RunningServer } from "../rpc/server.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { Logger } from "../telemetry/logger.ts";

/** A gateway that accepts connections. */
export interface RunningGateway {
  readonly addresses: RunningServer["addresses"];
  /** The embedded providers, when they run. */
  readonly sandbox: Sandbox | undefined;
  readonly logger: Logger;
  /** Reads the configuration again. Undefined for one that is no file. */
  readonly reload?: (() => void) | undefined;
  /** Stops taking requests, lets the running ones finish up to the configured time, and ends. */
  stop(): Promise<void>;
}
