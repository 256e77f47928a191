/** How OTLP travels. */
export type OtlpProtocol = "grpc" | "http/protobuf" | "http/json";

/** Where spans and metrics go, and how many. */
export interface ExportSettings {
  /** Undefined: no spans are made. */
  readonly traces?: TraceSettings | undefined;
  /** Undefined: metrics are only on /metrics. */
  readonly metrics?: { readonly protocol: OtlpProtocol; readonly intervalMs: number } | undefined;
  /** Whether prompts and providers' own words may be told. */
  readonly captureContent: boolean;
  readonly logLevel: string;
}

/** Which spans go, and how. */
export interface TraceSettings {
  readonly protocol: OtlpProtocol;
  readonly sampler: SamplerName;
  /** 0 to 1, for the samplers by ratio. */
  readonly ratio: number;
  readonly batch: {
    readonly scheduledDelayMillis: number;
    readonly maxQueueSize: number;
    readonly maxExportBatchSize: number;
    readonly exportTimeoutMillis: number;
  };
}

/** OTEL_TRACES_SAMPLER, opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables. */
export type SamplerName = (typeof samplerNames)[number];

const samplerNames = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

const protocols: readonly OtlpProtocol[] = ["grpc", "http/protobuf", "http/json"];

type Environment = Readonly<Record<string, string | undefined>>;

/** The settings, or every variable that cannot be understood: then the process does not start. */
export type ExportSettingsResult =
  | { readonly kind: "valid"; readonly settings: ExportSettings }
  | { readonly kind: "invalid"; readonly problems: readonly string[] };

/**
 * Reads the standard OTEL_* variables. Unlike the specification, which exports
 * to localhost unless told otherwise, nothing is exported until an exporter
 * ("otlp") or an endpoint is named: most first starts have no collector.
 */
export function readExportSettings(environment: Environment): ExportSettingsResult {
  const problems: string[] = [];
  const text = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const choice = <T extends string>(name: string, allowed: readonly T[], fallback: T): T => {
    const value = text(name);
    if (value === undefined) return fallback;
    const found = allowed.find((one) => one === value.toLowerCase());
    if (found === undefined) problems.push(`${name}: expected one of ${allowed.join(", ")}`);
    return found ?? fallback;
  };
  const number = (name: string, fallback: number, most = Number.MAX_SAFE_INTEGER): number => {
    const value = text(name);
    if (value === undefined) return fallback;
    const parsed = Number(value);
    if (Number.isFinite(parsed) && parsed >= 0 && parsed <= most) return parsed;
    problems.push(`${name}: expected a number of 0 to ${most}`);
    return fallback;
  };
  const protocolOf = (signal: string): OtlpProtocol =>
    choice(
      `OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`,
      protocols,
      choice("OTEL_EXPORTER_OTLP_PROTOCOL", protocols, "http/protobuf"),
    );
  const exports = (signal: string, others: readonly string[]): boolean => {
    const endpoint =
      text(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`) ?? text("OTEL_EXPORTER_OTLP_ENDPOINT");
    const exporter = choice(
      `OTEL_${signal}_EXPORTER`,
      ["otlp", "none", ...others],
      endpoint === undefined ? "none" : "otlp",
    );
    return exporter === "otlp";
  };

  const disabled = choice("OTEL_SDK_DISABLED", ["true", "false"], "false") === "true";
  const traces: TraceSettings = {
    protocol: protocolOf("TRACES"),
    sampler: choice("OTEL_TRACES_SAMPLER", samplerNames, "parentbased_always_on"),
    ratio: number("OTEL_TRACES_SAMPLER_ARG", 1, 1),
    batch: {
      scheduledDelayMillis: number("OTEL_BSP_SCHEDULE_DELAY", 5000),
      maxQueueSize: number("OTEL_BSP_MAX_QUEUE_SIZE", 2048),
      maxExportBatchSize: number("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 512),
      exportTimeoutMillis: number("OTEL_BSP_EXPORT_TIMEOUT", 30_000),
    },
  };
  const metrics = {
    protocol: protocolOf("METRICS"),
    intervalMs: number("OTEL_METRIC_EXPORT_INTERVAL", 60_000),
  };
  const tracesOn = exports("TRACES", []) && !disabled;
  const metricsOn = exports("METRICS", ["prometheus"]) && !disabled;
  const captureContent =
    choice("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", ["true", "false"], "false") ===
    "true";
  const logLevel = choice(
    "SPILLWAY_LOG_LEVEL",
    ["debug", "info", "warn", "error", "silent"],
    "info",
  );
  if (problems.length > 0) return { kind: "invalid", problems: [...new Set(problems)] };
  return {
    kind: "valid",
    settings: {
      traces: tracesOn ? traces : undefined,
      metrics: metricsOn ? metrics : undefined,
      captureContent,
      logLevel,
    },
  };
}
