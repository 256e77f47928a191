import { type Context, ROOT_CONTEXT } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";

const propagator = new W3CTraceContextPropagator();

/**
 * The trace that a caller is in, by its W3C headers. Contexts are passed by
 * hand: no AsyncLocalStorage on the hot path.
 */
export function callerContext(header: (name: string) => string | undefined): Context {
  if (header("traceparent") === undefined) return ROOT_CONTEXT;
  return propagator.extract(ROOT_CONTEXT, header, {
    get: (carrier, key) => carrier(key),
    keys: () => ["traceparent", "tracestate"],
  });
}

/** The W3C headers that carry a trace on to a provider. */
export function traceHeaders(context: Context): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  propagator.inject(context, headers, {
    set: (carrier, key, value) => {
      carrier[key] = value;
    },
  });
  return headers;
}
