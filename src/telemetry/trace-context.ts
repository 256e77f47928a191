import { ROOT_CONTEXT, type SpanContext, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";

const propagator = new W3CTraceContextPropagator();

/**
 * Where a caller is in a trace, by its W3C headers; undefined when it is in none.
 * Contexts are passed by hand: no AsyncLocalStorage on the hot path.
 */
export function callerContext(
  header: (name: string) => string | undefined,
): SpanContext | undefined {
  if (header("traceparent") === undefined) return undefined;
  const context = propagator.extract(ROOT_CONTEXT, header, {
    get: (carrier, key) => carrier(key),
    keys: () => ["traceparent", "tracestate"],
  });
  return trace.getSpanContext(context);
}

/** The W3C headers that carry a trace on to a provider (w3.org/TR/trace-context, 2021-11). */
export function traceHeaders(context: SpanContext | undefined): Readonly<Record<string, string>> {
  if (context === undefined) return {};
  const { traceId, spanId, traceFlags, traceState } = context;
  const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
  return traceState === undefined
    ? { traceparent }
    : { traceparent, tracestate: traceState.serialize() };
}
