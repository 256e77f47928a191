import type { Clock } from "../domain/clock.ts";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";
import type { Tracer } from "./tracer.ts";

/** What telemetry is made of. */
export interface TelemetryParts {
  readonly tracer: Tracer;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Whether prompts and providers' own words may be told, to spans and the log. */
  readonly captureContent: boolean;
}
