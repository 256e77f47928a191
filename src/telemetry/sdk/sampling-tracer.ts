import { ROOT_CONTEXT, SpanKind, TraceFlags, trace } from "@opentelemetry/api";
import { type Sampler, SamplingDecision } from "@opentelemetry/sdk-trace";
import type { Tracer } from "../tracer.ts";
import { RecordedSpan, type SpanOrigin } from "./recorded-span.ts";

/**
 * Asks a sampler of the SDK once for each call whether it is recorded. A call that is not
 * has an id all the same, by which the provider is told.
 */
export function samplingTracer(sampler: Sampler, origin: SpanOrigin): Tracer {
  const { ids, clock } = origin;
  return {
    startCall(name, caller) {
      const parent =
        caller === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, caller);
      const traceId = caller?.traceId ?? ids.generateTraceId();
      const decided = sampler.shouldSample(parent, traceId, name, SpanKind.SERVER, {}, []);
      const sampled = decided.decision === SamplingDecision.RECORD_AND_SAMPLED;
      const traceState = decided.traceState ?? caller?.traceState;
      const traceFlags = sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
      const own = { traceId, spanId: ids.generateSpanId(), traceFlags };
      const context = traceState === undefined ? own : { ...own, traceState };
      if (!sampled) return { context, span: undefined };
      const epochMs = clock.now() - clock.monotonic();
      const start = { name, kind: SpanKind.SERVER, context, parent: caller, epochMs };
      return { context, span: new RecordedSpan(origin, start) };
    },
  };
}
