import type { Meter } from "@opentelemetry/api";
import { detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  type IMetricReader,
  InstrumentType,
  MeterProvider,
  MetricReader,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
  type ResourceMetrics,
  type ScopeMetrics,
} from "@opentelemetry/sdk-metrics";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  RandomIdGenerator,
  type Sampler,
  type SpanExporter,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace";
import type { Clock } from "../domain/clock.ts";
import type { ExportSettings, OtlpProtocol, TraceSettings } from "./export-settings.ts";
import { Histograms } from "./histograms.ts";
import { type MetricsSnapshot, mergeMetrics } from "./merge-metrics.ts";
import { histogramProducer } from "./sdk/histogram-producer.ts";
import { samplingTracer } from "./sdk/sampling-tracer.ts";
import { type Tracer, untraced } from "./tracer.ts";

/**
 * The OpenTelemetry SDK, running. The only part of Spillway that knows it, with what lies
 * in sdk/; the rest knows its API.
 */
export interface TelemetrySdk {
  readonly tracer: Tracer;
  readonly meter: Meter;
  readonly histograms: Histograms;
  /** All metrics, to be added up with those of other processes. */
  snapshot(): Promise<MetricsSnapshot>;
  /** All metrics as text for Prometheus, with those of other processes added up. */
  metricsText(
    others?: readonly MetricsSnapshot[],
  ): Promise<{ readonly contentType: string; readonly body: string }>;
  /** Sends what is waiting and ends. */
  shutdown(): Promise<void>;
}

/**
 * Starts the SDK. Exporters are loaded only when they are switched on, and the
 * writer for Prometheus when it is first wanted, since they are most of what it
 * weighs; where their traffic goes they read from the standard
 * OTEL_EXPORTER_OTLP_* variables themselves. `instance` tells one process of a
 * service from the others.
 */
export async function startTelemetrySdk(
  settings: ExportSettings,
  { version, clock }: { readonly version: string; readonly clock: Clock },
  instance?: string,
): Promise<TelemetrySdk> {
  const resource = resourceFromAttributes({
    "service.name": "spillway",
    "service.version": version,
  })
    .merge(detectResources({ detectors: [envDetector] }))
    // Last: two processes with the name that an operator gave would overwrite each other's metrics.
    .merge(
      resourceFromAttributes(instance === undefined ? {} : { "service.instance.id": instance }),
    );
  const scope = { name: "spillway", version };
  const histograms = new Histograms(clock);
  const producer = (temporality = AggregationTemporality.CUMULATIVE) =>
    histogramProducer(histograms, scope, clock, temporality);
  const pulled = new PullReader({ metricProducers: [producer()] });
  const readers: IMetricReader[] = [pulled];
  if (settings.metrics !== undefined) {
    const exporter = await metricExporter(settings.metrics.protocol);
    readers.push(
      new PeriodicExportingMetricReader({
        exporter,
        metricProducers: [
          producer(exporter.selectAggregationTemporality?.(InstrumentType.HISTOGRAM)),
        ],
        exportIntervalMillis: settings.metrics.intervalMs,
        exportTimeoutMillis: settings.metrics.intervalMs,
      }),
    );
  }
  const meterProvider = new MeterProvider({ resource, readers });
  const { traces } = settings;
  const processor = traces && (await startProcessor(traces));
  return {
    tracer:
      traces && processor
        ? samplingTracer(sampler(traces), {
            resource,
            instrumentationScope: scope,
            ids: new RandomIdGenerator(),
            clock,
            processor,
          })
        : untraced,
    meter: meterProvider.getMeter("spillway", version),
    histograms,
    async snapshot() {
      const { resourceMetrics } = await pulled.collect();
      return snapshotOf(resourceMetrics);
    },
    async metricsText(others = []) {
      const { PrometheusSerializer } = await import("@opentelemetry/exporter-prometheus");
      // Every metric is of the one scope: its labels would be the same on every line.
      const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);
      const { resourceMetrics } = await pulled.collect();
      const scopes = mergeMetrics([snapshotOf(resourceMetrics), ...others]);
      return {
        contentType: "text/plain; version=0.0.4; charset=utf-8",
        body: serializer.serialize({
          ...resourceMetrics,
          // Merging keeps of each what this SDK, here or there, has put into it.
          scopeMetrics: scopes as ScopeMetrics[],
        }),
      };
    },
    async shutdown() {
      await Promise.allSettled([processor?.shutdown(), meterProvider.shutdown()]);
    },
  };
}

/** Gives all metrics, added up since the start, to whoever asks for them. */
class PullReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** No instrument of ours makes an exponential histogram, which a snapshot does not know. */
function snapshotOf({ scopeMetrics }: ResourceMetrics): MetricsSnapshot {
  return scopeMetrics as MetricsSnapshot;
}

async function startProcessor({ protocol, batch }: TraceSettings): Promise<SpanProcessor> {
  return new BatchSpanProcessor({ exporter: await spanExporter(protocol), ...batch });
}

function sampler({ sampler: name, ratio }: TraceSettings): Sampler {
  switch (name) {
    case "always_on":
      return new AlwaysOnSampler();
    case "always_off":
      return new AlwaysOffSampler();
    case "traceidratio":
      return new TraceIdRatioBasedSampler(ratio);
    case "parentbased_always_on":
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case "parentbased_always_off":
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case "parentbased_traceidratio":
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }
}

async function spanExporter(protocol: OtlpProtocol): Promise<SpanExporter> {
  switch (protocol) {
    case "grpc": {
      const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-grpc");
      return new OTLPTraceExporter();
    }
    case "http/json":
    case "http/protobuf": {
      const { httpSpanExporter } = await import("./sdk/http-span-exporter.ts");
      return httpSpanExporter(protocol);
    }
  }
}

async function metricExporter(protocol: OtlpProtocol): Promise<PushMetricExporter> {
  switch (protocol) {
    case "grpc": {
      const { OTLPMetricExporter } = await import("@opentelemetry/exporter-metrics-otlp-grpc");
      return new OTLPMetricExporter();
    }
    case "http/json": {
      const { OTLPMetricExporter } = await import("@opentelemetry/exporter-metrics-otlp-http");
      return new OTLPMetricExporter();
    }
    case "http/protobuf": {
      const { OTLPMetricExporter } = await import("@opentelemetry/exporter-metrics-otlp-proto");
      return new OTLPMetricExporter();
    }
  }
}
