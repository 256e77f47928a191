import type { Attributes, HrTime } from "@opentelemetry/api";
import { ByteWriter } from "./byte-writer.ts";
import type { RecordedSpan } from "./recorded-span.ts";
import { rememberAttributes } from "./remember-attributes.ts";
import { spanFlags } from "./span-flags.ts";

/**
 * Writes spans of one process as an ExportTraceServiceRequest in OTLP/JSON, byte by byte
 * as the official exporter does (opentelemetry.io/docs/specs/otlp, 1.9, 2026-11), which
 * first builds an object for every value.
 */
export function otlpJson(spans: readonly RecordedSpan[]): Uint8Array {
  const to = new ByteWriter(spans.length * 1536 + 1024);
  const [first] = spans;
  to.text('{"resourceSpans":[');
  if (first !== undefined) {
    to.text('{"resource":{"attributes":');
    writeAttributes(to, first.resource.attributes as Attributes);
    to.text(',"droppedAttributesCount":0},"scopeSpans":[{"scope":');
    to.text(JSON.stringify(first.instrumentationScope));
    to.text(',"spans":');
    writeList(to, spans, writeSpan);
    to.text("}]}");
  }
  to.text("]}");
  return to.written();
}

function writeSpan(to: ByteWriter, span: RecordedSpan): void {
  const { context, parentSpanContext: parent, names, values } = span;
  to.bytes(ready.traceId);
  to.text(context.traceId);
  to.bytes(ready.spanId);
  to.text(context.spanId);
  if (parent !== undefined) {
    to.bytes(ready.parentSpanId);
    to.text(parent.spanId);
  }
  if (context.traceState !== undefined) {
    to.bytes(ready.traceState);
    to.escaped(context.traceState.serialize());
  }
  to.bytes(ready.name);
  to.escaped(span.name);
  to.text(`","kind":${span.kind + 1}`);
  to.bytes(ready.startTime);
  writeTime(to, span.startTime);
  to.bytes(ready.endTime);
  writeTime(to, span.endTime);
  to.bytes(ready.attributes);
  for (let index = 0; index < names.length; index++) {
    if (index > 0) to.byte(comma);
    writeAttribute(to, names[index] as string, values[index]);
  }
  to.bytes(ready.events);
  writeList(to, span.events, writeEvent);
  to.bytes(ready.status);
  to.text(JSON.stringify(span.status));
  to.bytes(ready.flags);
  to.text(`${spanFlags(span)}}`);
}

function writeEvent(to: ByteWriter, event: RecordedSpan["events"][number]): void {
  to.text('{"attributes":');
  writeAttributes(to, (event.attributes ?? {}) as Attributes);
  to.bytes(ready.name.subarray(1));
  to.escaped(event.name);
  to.text('","timeUnixNano":"');
  writeTime(to, event.time);
  to.text('","droppedAttributesCount":0}');
}

function writeAttributes(to: ByteWriter, attributes: Attributes): void {
  writeList(to, Object.entries(attributes), (_, [name, value]) => writeAttribute(to, name, value));
}

const writeAttribute = rememberAttributes((to, name, value) => {
  to.text('{"key":"');
  to.escaped(name);
  to.text('","value":');
  writeValue(to, value);
  to.byte(closingBrace);
});

function writeValue(to: ByteWriter, value: unknown): void {
  if (typeof value === "string") {
    to.bytes(ready.stringValue);
    to.escaped(value);
    to.bytes(ready.endOfString);
  } else if (typeof value === "number") {
    to.bytes(Number.isInteger(value) ? ready.intValue : ready.doubleValue);
    to.text(`${JSON.stringify(value)}}`);
  } else if (typeof value === "boolean") {
    to.text(value ? '{"boolValue":true}' : '{"boolValue":false}');
  } else if (Array.isArray(value)) {
    to.text('{"arrayValue":{"values":');
    writeList(to, value, writeValue);
    to.text("}}");
  } else {
    to.text("{}");
  }
}

function writeList<T>(
  to: ByteWriter,
  items: readonly T[],
  write: (to: ByteWriter, item: T) => void,
): void {
  to.text("[");
  for (const [index, item] of items.entries()) {
    if (index > 0) to.byte(comma);
    write(to, item);
  }
  to.text("]");
}

/** Nanoseconds since 1970, more than a number can hold. */
function writeTime(to: ByteWriter, [seconds, rest]: HrTime): void {
  to.digits(seconds, 10);
  to.digits(rest, 9);
}

/** What is the same in every span. */
const ready = {
  traceId: Buffer.from('{"traceId":"'),
  spanId: Buffer.from('","spanId":"'),
  parentSpanId: Buffer.from('","parentSpanId":"'),
  traceState: Buffer.from('","traceState":"'),
  name: Buffer.from('","name":"'),
  startTime: Buffer.from(',"startTimeUnixNano":"'),
  endTime: Buffer.from('","endTimeUnixNano":"'),
  attributes: Buffer.from('","attributes":['),
  events: Buffer.from('],"droppedAttributesCount":0,"events":'),
  status: Buffer.from(',"droppedEventsCount":0,"status":'),
  flags: Buffer.from(',"links":[],"droppedLinksCount":0,"flags":'),
  stringValue: Buffer.from('{"stringValue":"'),
  endOfString: Buffer.from('"}'),
  intValue: Buffer.from('{"intValue":'),
  doubleValue: Buffer.from('{"doubleValue":'),
} as const;

const comma = 0x2c;
const closingBrace = 0x7d;
