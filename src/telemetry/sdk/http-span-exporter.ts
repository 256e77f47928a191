import { OTLPExporterBase } from "@opentelemetry/otlp-exporter-base";
import {
  convertLegacyHttpOptions,
  createOtlpHttpExportDelegate,
} from "@opentelemetry/otlp-exporter-base/node-http";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import { otlpJson } from "./otlp-json.ts";
import { otlpProtobuf } from "./otlp-protobuf.ts";
import type { RecordedSpan } from "./recorded-span.ts";

/**
 * Sends spans over HTTP with all that the official exporters have (addresses, headers,
 * certificates, compression and timeouts from the standard variables, repetition), and
 * writes them itself, which costs a fraction.
 */
export function httpSpanExporter(protocol: "http/json" | "http/protobuf"): SpanExporter {
  const [contentType, write] = formats[protocol];
  const options = convertLegacyHttpOptions({}, "TRACES", "v1/traces", {
    "Content-Type": contentType,
  });
  const exporter = new OTLPExporterBase<readonly RecordedSpan[]>(
    createOtlpHttpExportDelegate(
      options,
      // What a collector answers beyond its status, nobody reads.
      { serializeRequest: write, deserializeResponse: () => ({}) },
      "otlp_http_span_exporter",
      { name: "span", countItems: (spans) => spans.length },
      undefined,
    ),
  );
  return {
    // The spans of a process are all made by its tracer.
    export: (spans, done) => exporter.export(spans as RecordedSpan[], done),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}

const formats = {
  "http/json": ["application/json", otlpJson],
  "http/protobuf": ["application/x-protobuf", otlpProtobuf],
} as const;
