import type { Attributes, Meter } from "@opentelemetry/api";
import type { Attempt } from "../domain/attempt.ts";
import type { MeterGate } from "../domain/gate-meter.ts";
import type { Generated } from "../domain/generated.ts";
import type { AttemptEnding } from "../domain/observer.ts";
import type { Operation } from "../domain/operation.ts";
import { createGateMeters } from "./gate-meters.ts";
import { genAiOperationName } from "./gen-ai-names.ts";
import { metricNames, attributeNames as names } from "./names.ts";

/** Counts what happens. Labels are few and bounded: no request id, no model that a caller made up. */
export interface Metrics {
  callStarted(): void;
  callEnded(method: string, code: string, durationMs: number): void;
  generated(generated: Generated): void;
  attemptSkipped(attempt: Attempt): void;
  attemptEnded(attempt: Attempt, operation: Operation, ending: AttemptEnding): void;
  readonly meterGate: MeterGate;
  targetOut(provider: string, cause: string): void;
  configReloaded(outcome: ReloadOutcome): void;
}

/** What became of a reload of the configuration. */
export type ReloadOutcome = "applied" | "unchanged" | "failed";

/** The names of the models that may be a label; every other model is "other". */
export type KnownModel = (name: string) => boolean;

/** Makes the instruments on a meter. */
export function createMetrics(meter: Meter, isKnownModel: KnownModel): Metrics {
  const requests = meter.createCounter(metricNames.requests.name, metricNames.requests);
  const inFlight = meter.createUpDownCounter(metricNames.inFlight.name, metricNames.inFlight);
  const requestDuration = histogram(meter, metricNames.requestDuration, workSeconds);
  const gatewayDuration = histogram(meter, metricNames.gatewayDuration, overheadSeconds);
  const providersDuration = histogram(meter, metricNames.providersDuration, workSeconds);
  const attempts = meter.createCounter(metricNames.attempts.name, metricNames.attempts);
  const attemptDuration = histogram(meter, metricNames.attemptDuration, workSeconds);
  const tokens = meter.createCounter(metricNames.tokens.name, metricNames.tokens);
  const images = meter.createCounter(metricNames.images.name, metricNames.images);
  const cost = meter.createCounter(metricNames.cost.name, metricNames.cost);
  const unknownCosts = meter.createCounter(metricNames.unknownCosts.name, metricNames.unknownCosts);
  const reloads = meter.createCounter(metricNames.configReloads.name, metricNames.configReloads);

  const countAttempt = (attempt: Attempt): Attributes => {
    const labels: Attributes = {
      [names.provider]: attempt.provider,
      [names.model]: isKnownModel(attempt.model) ? attempt.model : "other",
      [names.attemptReason]: attempt.reason,
      [names.attemptOutcome]: attempt.outcome ?? "failed",
    };
    if (attempt.failure !== undefined) labels[names.failureClass] = attempt.failure;
    attempts.add(1, labels);
    return labels;
  };

  const ejections = meter.createCounter(metricNames.ejections.name, metricNames.ejections);
  return {
    meterGate: createGateMeters(meter),
    targetOut: (provider, cause) =>
      ejections.add(1, { [names.provider]: provider, [names.healthCause]: cause }),
    callStarted: () => inFlight.add(1),
    callEnded(method, code, durationMs) {
      const labels = { [names.rpcMethod]: method, [names.rpcStatus]: code };
      inFlight.add(-1);
      requests.add(1, labels);
      requestDuration.record(durationMs / 1000, labels);
    },
    generated({ timing }) {
      gatewayDuration.record(timing.gatewayMs / 1000);
      providersDuration.record(timing.providersMs / 1000);
    },
    attemptSkipped: countAttempt,
    attemptEnded(attempt, operation, ending) {
      countAttempt(attempt);
      const provider = { [names.provider]: attempt.provider };
      const timed: Attributes = {
        ...provider,
        [names.genAiOperation]: genAiOperationName(operation),
      };
      if (attempt.failure !== undefined) timed[names.errorType] = attempt.failure;
      attemptDuration.record((attempt.durationMs ?? 0) / 1000, timed);
      if (ending.inputTokens !== undefined) {
        tokens.add(ending.inputTokens, { ...provider, [names.tokenType]: "input" });
      }
      if (ending.outputTokens !== undefined) {
        tokens.add(ending.outputTokens, { ...provider, [names.tokenType]: "output" });
      }
      if (ending.images !== undefined && ending.images > 0) images.add(ending.images, provider);
      if (attempt.cost.basis === "unknown") unknownCosts.add(1, provider);
      else if (attempt.cost.micros > 0) {
        cost.add(attempt.cost.micros / 1e6, { ...provider, [names.costBasis]: attempt.cost.basis });
      }
    },
    configReloaded: (outcome) => reloads.add(1, { [names.reloadOutcome]: outcome }),
  };
}

/** From a cached chat to a job of half an hour. */
const workSeconds = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640, 1800,
];

/** From a tenth of a millisecond: what a gateway should add. */
const overheadSeconds = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
];

function histogram(
  meter: Meter,
  metric: { readonly name: string; readonly unit: string; readonly description: string },
  boundaries: readonly number[],
) {
  return meter.createHistogram(metric.name, {
    unit: metric.unit,
    description: metric.description,
    advice: { explicitBucketBoundaries: [...boundaries] },
  });
}
