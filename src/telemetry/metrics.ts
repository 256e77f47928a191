import type { Meter } from "@opentelemetry/api";
import type { Attempt } from "../domain/attempt.ts";
import type { MeterGate } from "../domain/gate-meter.ts";
import type { Generated } from "../domain/generated.ts";
import type { AttemptEnding } from "../domain/observer.ts";
import type { Operation } from "../domain/operation.ts";
import { createGateMeters } from "./gate-meters.ts";
import { genAiOperationName } from "./gen-ai-names.ts";
import type { Histograms } from "./histograms.ts";
import { metricNames, attributeNames as names } from "./names.ts";
import { tally } from "./tally.ts";
import type { RpcCall } from "./telemetry.ts";

/** Counts what happens. Labels are few and bounded: no request id, no model that a caller made up. */
export interface Metrics {
  callStarted(): void;
  callEnded(call: Pick<RpcCall, "method" | "caller">, code: string, durationMs: number): void;
  generated(generated: Generated): void;
  attemptSkipped(attempt: Attempt): void;
  /** `caller` is the name of who called. Undefined where everybody may. */
  attemptEnded(
    attempt: Attempt,
    operation: Operation,
    ending: AttemptEnding,
    caller: string | undefined,
  ): void;
  readonly meterGate: MeterGate;
  targetOut(provider: string, cause: string): void;
  configReloaded(outcome: ReloadOutcome): void;
}

/** What became of a reload of the configuration. */
export type ReloadOutcome = "applied" | "unchanged" | "failed";

/** The names of the models that may be a label; every other model is "other". */
export type KnownModel = (name: string) => boolean;

/** Where instruments are made: OpenTelemetry's meter, and our own histograms. */
export interface Instruments {
  readonly meter: Meter;
  readonly histograms: Histograms;
}

/** Makes the instruments. */
export function createMetrics(
  { meter, histograms }: Instruments,
  isKnownModel: KnownModel,
): Metrics {
  const byCall = [names.rpcMethod, names.rpcStatus];
  const byProvider = [names.provider];
  const byTarget = [names.provider, names.genAiOperation, names.errorType];
  const requests = tally(meter, metricNames.requests, [...byCall, names.caller]);
  const inFlight = tally(meter, metricNames.inFlight, [], true);
  const requestDuration = histograms.create(metricNames.requestDuration, byCall, workSeconds);
  const gatewayDuration = histograms.create(metricNames.gatewayDuration, [], overheadSeconds);
  const providersDuration = histograms.create(metricNames.providersDuration, [], workSeconds);
  const attempts = tally(meter, metricNames.attempts, [
    names.provider,
    names.model,
    names.attemptReason,
    names.attemptOutcome,
    names.failureClass,
  ]);
  const attemptDuration = histograms.create(metricNames.attemptDuration, byTarget, workSeconds);
  const tokens = tally(meter, metricNames.tokens, [names.provider, names.tokenType, names.caller]);
  const images = tally(meter, metricNames.images, [names.provider, names.caller]);
  const cost = tally(meter, metricNames.cost, [names.provider, names.costBasis, names.caller]);
  const unknownCosts = tally(meter, metricNames.unknownCosts, byProvider);
  const reloads = meter.createCounter(metricNames.configReloads.name, metricNames.configReloads);
  const ejections = meter.createCounter(metricNames.ejections.name, metricNames.ejections);

  const countAttempt = (attempt: Attempt): void => {
    const { provider, reason, outcome = "failed", failure = "" } = attempt;
    const model = isKnownModel(attempt.model) ? attempt.model : "other";
    attempts.add(1, provider, model, reason, outcome, failure);
  };
  return {
    meterGate: createGateMeters(meter),
    targetOut: (provider, cause) =>
      ejections.add(1, { [names.provider]: provider, [names.healthCause]: cause }),
    callStarted: () => inFlight.add(1),
    callEnded({ method, caller = "" }, code, durationMs) {
      inFlight.add(-1);
      requests.add(1, method, code, caller);
      requestDuration.record(durationMs / 1000, method, code);
    },
    generated({ timing }) {
      gatewayDuration.record(timing.gatewayMs / 1000);
      providersDuration.record(timing.providersMs / 1000);
    },
    attemptSkipped: countAttempt,
    attemptEnded(attempt, operation, { inputTokens, outputTokens, images: made = 0 }, caller = "") {
      countAttempt(attempt);
      const { provider, cost: price, failure = "", durationMs = 0 } = attempt;
      attemptDuration.record(durationMs / 1000, provider, genAiOperationName(operation), failure);
      if (inputTokens !== undefined) tokens.add(inputTokens, provider, "input", caller);
      if (outputTokens !== undefined) tokens.add(outputTokens, provider, "output", caller);
      if (made > 0) images.add(made, provider, caller);
      if (price.basis === "unknown") unknownCosts.add(1, provider);
      else if (price.micros > 0) cost.add(price.micros / 1e6, provider, price.basis, caller);
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
