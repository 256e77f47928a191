import type { Transport } from "@connectrpc/connect";
import type { Config } from "../config/config.ts";
import type { ConfigWorld } from "../config/read-config.ts";
import type { OutputFiles } from "./output-files.ts";
import type { Terminal } from "./terminal.ts";

/** All that a command needs of the world outside, so that tests can be its world. */
export interface CommandWorld extends ConfigWorld {
  readonly terminal: Terminal;
  readonly files: OutputFiles;
  /** The way to a running gateway. */
  readonly connect: (server: string) => Transport;
  /** The way to a gateway in this process, made of a configuration. It sends nothing to anyone for `Route`. */
  readonly offline: (config: Config) => Transport;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}
