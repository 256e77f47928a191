import { type DestinationStream, type Logger, pino } from "pino";
import type { Clock } from "../domain/clock.ts";

/** Writes structured lines. It is handed identifiers and numbers only: no prompt, no key, no body. */
export type { Logger } from "pino";

/** How the log is written. */
export interface LoggerOptions {
  /** The least severe level that is written: "debug", "info", "warn", "error". */
  readonly level: string;
  readonly clock: Clock;
  /** Where the lines go. Undefined means standard output. */
  readonly destination?: DestinationStream | undefined;
  /** Which of several processes writes: a field of each line. */
  readonly worker?: number | undefined;
}

/** Makes the process's log: one JSON object a line, with the time as an ISO text. */
export function createLogger(options: LoggerOptions): Logger {
  const settings = {
    level: options.level,
    base: options.worker === undefined ? null : { worker: options.worker },
    timestamp: () => `,"time":"${new Date(options.clock.now()).toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}
