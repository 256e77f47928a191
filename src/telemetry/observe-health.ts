import type { HealthListener } from "../domain/health-change.ts";
import type { TelemetryParts } from "./telemetry-parts.ts";

/** Counts and logs every target that gets no traffic for a while, and logs when it is back. */
export function observeHealth({
  logger,
  metrics,
}: Pick<TelemetryParts, "logger" | "metrics">): HealthListener {
  return (change) => {
    const line = {
      provider: change.provider,
      upstream_model: change.upstreamModel,
      operation: change.operation,
      key: change.key,
    };
    if (change.kind === "back") {
      logger.info(line, "target back");
      return;
    }
    const { cause, forMs } = change;
    metrics.targetOut(change.provider, cause);
    logger.warn({ ...line, cause, for_ms: Math.round(forMs) }, "target out");
  };
}
