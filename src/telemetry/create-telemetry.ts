import { ObservedRpc } from "./observed-rpc.ts";
import type { Telemetry } from "./telemetry.ts";
import type { TelemetryParts } from "./telemetry-parts.ts";

/**
 * Makes the telemetry: one span an RPC, one an attempt, one an HTTP exchange,
 * and what is counted and logged beside them.
 */
export function createTelemetry(parts: TelemetryParts): Telemetry {
  return { rpcStarted: (call) => new ObservedRpc(parts, call) };
}
