import type { Tracer } from "@opentelemetry/api";
import type { Clock } from "../domain/clock.ts";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";
import { ObservedRpc } from "./observed-rpc.ts";
import type { Telemetry } from "./telemetry.ts";

/** What telemetry is made of. */
export interface TelemetryParts {
  readonly tracer: Tracer;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Whether prompts and providers' own words may be told, to spans and the log. */
  readonly captureContent: boolean;
}

/**
 * Makes the telemetry: one span an RPC, one an attempt, one an HTTP exchange,
 * and what is counted and logged beside them.
 */
export function createTelemetry(parts: TelemetryParts): Telemetry {
  return { rpcStarted: (call) => new ObservedRpc(parts, call) };
}
