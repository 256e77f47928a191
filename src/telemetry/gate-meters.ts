import type { Meter } from "@opentelemetry/api";
import type { MeterGate } from "../domain/gate-meter.ts";
import { type MetricName, metricNames, attributeNames as names } from "./names.ts";

/** Makes the instruments of all gates. How many requests the gateway's own gate lets run, the calls in flight tell. */
export function createGateMeters(meter: Meter): MeterGate {
  const upDown = (metric: MetricName) => meter.createUpDownCounter(metric.name, metric);
  const counter = (metric: MetricName) => meter.createCounter(metric.name, metric);
  const queued = upDown(metricNames.requestsQueued);
  const shed = counter(metricNames.requestsShed);
  const providerInFlight = upDown(metricNames.providerInFlight);
  const providerQueued = upDown(metricNames.providerQueued);
  const providerFull = counter(metricNames.providerFull);
  return (provider) => {
    if (provider === undefined) {
      return {
        running: () => {},
        waiting: (change) => queued.add(change),
        refused: () => shed.add(1),
      };
    }
    const labels = { [names.provider]: provider };
    return {
      running: (change) => providerInFlight.add(change, labels),
      waiting: (change) => providerQueued.add(change, labels),
      refused: () => providerFull.add(1, labels),
    };
  };
}
