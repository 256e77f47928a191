import type { DestinationStream } from "pino";
import type { Clock } from "../domain/clock.ts";
import type { Random } from "../domain/random.ts";

/** What a process has of the world: main.ts gives the real ones, tests their own. */
export interface ProcessWorld {
  readonly clock: Clock;
  readonly random: Random;
  /** Makes a UUID of version 4 that nobody else makes. */
  readonly newId: () => string;
  /** Spillway's version. */
  readonly version: string;
  /** Time between two pieces of an embedded provider's stream, in milliseconds. Default 0. */
  readonly paceMs?: number | undefined;
  /** Where the log goes. Undefined means standard output. */
  readonly logDestination?: DestinationStream | undefined;
}
