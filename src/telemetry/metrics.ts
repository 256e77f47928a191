import type { Attributes, Meter } from "@opentelemetry/api";
import type { Attempt } from "../domain/attempt.ts";
import type { MeterGate } from "../domain/gate-meter.ts";
import type { Generated } from "../domain/generated.ts";
import type { AttemptEnding } from "../domain/observer.ts";
import type { Operation } from "../domain/operation.ts";
import { createGateMeters } from "./gate-meters.ts";
import { genAiOperationName } from "./gen-ai-names.ts";
import { metricNames, attributeNames as names } from "./names.ts";
import { tally } from "./tally.ts";

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
  const requests = tally(meter, metricNames.requests);
  const inFlight = tally(meter, metricNames.inFlight, true);
  const requestDuration = histogram(meter, metricNames.requestDuration, workSeconds);
  const gatewayDuration = histogram(meter, metricNames.gatewayDuration, overheadSeconds);
  const providersDuration = histogram(meter, metricNames.providersDuration, workSeconds);
  const attempts = tally(meter, metricNames.attempts);
  const attemptDuration = histogram(meter, metricNames.attemptDuration, workSeconds);
  const tokens = tally(meter, metricNames.tokens);
  const images = tally(meter, metricNames.images);
  const cost = tally(meter, metricNames.cost);
  const unknownCosts = tally(meter, metricNames.unknownCosts);
  const reloads = meter.createCounter(metricNames.configReloads.name, metricNames.configReloads);

  const countAttempt = (attempt: Attempt): void => {
    const { provider, reason, outcome = "failed", failure = "" } = attempt;
    const model = isKnownModel(attempt.model) ? attempt.model : "other";
    attempts.add(1, `${provider} ${model} ${reason} ${outcome} ${failure}`, () => ({
      [names.provider]: provider,
      [names.model]: model,
      [names.attemptReason]: reason,
      [names.attemptOutcome]: outcome,
      ...(failure === "" ? {} : { [names.failureClass]: failure }),
    }));
  };

  function countTokens(provider: string, type: "input" | "output", count: number | undefined) {
    if (count === undefined) return;
    tokens.add(count, `${provider} ${type}`, () => ({
      [names.provider]: provider,
      [names.tokenType]: type,
    }));
  }

  const ejections = meter.createCounter(metricNames.ejections.name, metricNames.ejections);
  return {
    meterGate: createGateMeters(meter),
    targetOut: (provider, cause) =>
      ejections.add(1, { [names.provider]: provider, [names.healthCause]: cause }),
    callStarted: () => inFlight.add(1, "", noLabels),
    callEnded(method, code, durationMs) {
      const labels = { [names.rpcMethod]: method, [names.rpcStatus]: code };
      inFlight.add(-1, "", noLabels);
      requests.add(1, `${method} ${code}`, () => labels);
      requestDuration.record(durationMs / 1000, labels);
    },
    generated({ timing }) {
      gatewayDuration.record(timing.gatewayMs / 1000);
      providersDuration.record(timing.providersMs / 1000);
    },
    attemptSkipped: countAttempt,
    attemptEnded(attempt, operation, ending) {
      countAttempt(attempt);
      const { provider, cost: price } = attempt;
      const ofProvider = () => ({ [names.provider]: provider });
      const timed: Attributes = {
        [names.provider]: provider,
        [names.genAiOperation]: genAiOperationName(operation),
      };
      if (attempt.failure !== undefined) timed[names.errorType] = attempt.failure;
      attemptDuration.record((attempt.durationMs ?? 0) / 1000, timed);
      countTokens(provider, "input", ending.inputTokens);
      countTokens(provider, "output", ending.outputTokens);
      if (ending.images !== undefined && ending.images > 0) {
        images.add(ending.images, provider, ofProvider);
      }
      if (price.basis === "unknown") {
        unknownCosts.add(1, provider, ofProvider);
      } else if (price.micros > 0) {
        cost.add(price.micros / 1e6, `${provider} ${price.basis}`, () => ({
          [names.provider]: provider,
          [names.costBasis]: price.basis,
        }));
      }
    },
    configReloaded: (outcome) => reloads.add(1, { [names.reloadOutcome]: outcome }),
  };
}

const noLabels = (): Attributes => ({});

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
