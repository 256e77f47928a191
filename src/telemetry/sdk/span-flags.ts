import type { RecordedSpan } from "./recorded-span.ts";

/**
 * The flags of a span in OTLP: those of the trace, that it is known whether the parent is
 * in another process, and whether it is (opentelemetry-proto 1.x, trace/v1, SpanFlags).
 */
export function spanFlags({ context, parentSpanContext }: RecordedSpan): number {
  return (context.traceFlags & 0xff) | 0x100 | (parentSpanContext?.isRemote ? 0x200 : 0);
}
