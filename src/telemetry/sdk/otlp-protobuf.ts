import type { Attributes, HrTime, SpanStatus } from "@opentelemetry/api";
import { ByteWriter } from "./byte-writer.ts";
import type { RecordedSpan } from "./recorded-span.ts";
import { rememberAttributes } from "./remember-attributes.ts";
import { spanFlags } from "./span-flags.ts";

/**
 * Writes spans of one process as an ExportTraceServiceRequest in OTLP/Protobuf, byte by
 * byte as the official exporter does (opentelemetry-proto 1.x: collector/trace/v1,
 * trace/v1, common/v1, 2026-11), which goes over everything twice.
 */
export function otlpProtobuf(spans: readonly RecordedSpan[]): Uint8Array {
  const to = new ByteWriter(spans.length * 768 + 1024);
  const [first] = spans;
  if (first === undefined) return to.written();
  const { resource, instrumentationScope: scope } = first;
  const resourceSpans = open(to, 1);
  const written = open(to, 1);
  writeAttributes(to, 1, resource.attributes as Attributes);
  writeNumber(to, 2, 0);
  to.close(written);
  const scopeSpans = open(to, 2);
  const named = open(to, 1);
  writeText(to, 1, scope.name);
  if (scope.version) writeText(to, 2, scope.version);
  to.close(named);
  for (const span of spans) {
    const from = open(to, 2);
    writeSpan(to, span);
    to.close(from);
  }
  to.close(scopeSpans);
  to.close(resourceSpans);
  return to.written();
}

function writeSpan(to: ByteWriter, span: RecordedSpan): void {
  const { context, parentSpanContext: parent, names, values } = span;
  writeId(to, 1, context.traceId);
  writeId(to, 2, context.spanId);
  const state = context.traceState?.serialize();
  if (state) writeText(to, 3, state);
  if (parent !== undefined) writeId(to, 4, parent.spanId);
  writeText(to, 5, span.name);
  writeNumber(to, 6, span.kind + 1);
  writeTime(to, 7, span.startTime);
  writeTime(to, 8, span.endTime);
  for (let index = 0; index < names.length; index++) {
    writeTag(to, 9, wire.lengthDelimited);
    writeAttribute(to, names[index] as string, values[index]);
  }
  writeNumber(to, 10, 0);
  for (const { time, name, attributes = {} } of span.events) {
    const event = open(to, 11);
    writeTime(to, 1, time);
    writeText(to, 2, name);
    writeAttributes(to, 3, attributes as Attributes);
    writeNumber(to, 4, 0);
    to.close(event);
  }
  writeNumber(to, 12, 0);
  writeNumber(to, 14, 0);
  writeStatus(to, 15, span.status);
  writeTag(to, 16, wire.fixed32);
  to.fixed32(spanFlags(span));
}

function writeStatus(to: ByteWriter, field: number, { code, message }: SpanStatus): void {
  const status = open(to, field);
  if (message) writeText(to, 2, message);
  writeNumber(to, 3, code);
  to.close(status);
}

function writeAttributes(to: ByteWriter, field: number, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    writeTag(to, field, wire.lengthDelimited);
    writeAttribute(to, name, value);
  }
}

const writeAttribute = rememberAttributes((to, name, value) => {
  const attribute = to.open();
  writeText(to, 1, name);
  writeValue(to, 2, value);
  to.close(attribute);
});

function writeValue(to: ByteWriter, field: number, value: unknown): void {
  const written = open(to, field);
  if (typeof value === "string") {
    writeText(to, 1, value);
  } else if (typeof value === "boolean") {
    writeNumber(to, 2, Number(value));
  } else if (typeof value === "number" && isInt64(value)) {
    writeNumber(to, 3, value);
  } else if (typeof value === "number") {
    writeTag(to, 4, wire.fixed64);
    to.double(value);
  } else if (Array.isArray(value)) {
    const list = open(to, 5);
    for (const item of value) writeValue(to, 1, item);
    to.close(list);
  }
  to.close(written);
}

function isInt64(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63;
}

function writeText(to: ByteWriter, field: number, value: string): void {
  const text = open(to, field);
  to.text(value);
  to.close(text);
}

function writeId(to: ByteWriter, field: number, digits: string): void {
  const id = open(to, field);
  to.hex(digits);
  to.close(id);
}

function writeNumber(to: ByteWriter, field: number, value: number): void {
  writeTag(to, field, wire.varint);
  to.varint(value);
}

/** Nanoseconds since 1970, more than a number can hold. */
function writeTime(to: ByteWriter, field: number, [seconds, rest]: HrTime): void {
  writeTag(to, field, wire.fixed64);
  to.fixed64(BigInt(seconds) * 1_000_000_000n + BigInt(rest));
}

/** Begins a field that has a length. */
function open(to: ByteWriter, field: number): number {
  writeTag(to, field, wire.lengthDelimited);
  return to.open();
}

function writeTag(to: ByteWriter, field: number, type: number): void {
  to.varint((field << 3) | type);
}

/** How a field is written: protobuf.dev/programming-guides/encoding. */
const wire = { varint: 0, fixed64: 1, lengthDelimited: 2, fixed32: 5 } as const;
