import {
  type Context,
  type Span,
  SpanKind,
  TraceFlags,
  type Tracer,
  trace,
} from "@opentelemetry/api";

/** A span, and the context in which spans below it begin. */
export interface SpanInContext {
  readonly span: Span;
  readonly context: Context;
}

/**
 * Starts a CLIENT span below another. Most requests are not sampled: then nothing below
 * them would be either, and the span above, of which nothing is kept, serves for all.
 */
export function startClientSpan(
  tracer: Tracer,
  name: string,
  parent: SpanInContext,
): SpanInContext {
  if ((parent.span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return parent;
  const span = tracer.startSpan(name, { kind: SpanKind.CLIENT }, parent.context);
  return { span, context: trace.setSpan(parent.context, span) };
}
