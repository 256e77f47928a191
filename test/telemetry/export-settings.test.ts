import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readExportSettings } from "../../src/telemetry/export-settings.ts";

describe("the settings of export", () => {
  it("export nothing when nothing is set", () => {
    expect(readExportSettings({})).toEqual({
      kind: "valid",
      settings: { traces: undefined, metrics: undefined, captureContent: false, logLevel: "info" },
    });
  });

  it("export both signals when an endpoint is set", () => {
    const { settings } = valid({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://localhost:4318" });
    expect(settings.traces).toMatchObject({
      protocol: "http/protobuf",
      sampler: "parentbased_always_on",
      ratio: 1,
    });
    expect(settings.metrics).toEqual({ protocol: "http/protobuf", intervalMs: 60_000 });
  });

  it("let a signal differ from the other", () => {
    const { settings } = valid({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://localhost:4317",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "grpc",
      OTEL_TRACES_SAMPLER: "traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "0.1",
    });
    expect(settings.traces).toMatchObject({
      protocol: "grpc",
      sampler: "traceidratio",
      ratio: 0.1,
    });
    expect(settings.metrics).toBeUndefined();
  });

  it("export nothing when the SDK is disabled", () => {
    const { settings } = valid({ OTEL_TRACES_EXPORTER: "otlp", OTEL_SDK_DISABLED: "true" });
    expect(settings.traces).toBeUndefined();
  });

  it("name every value that cannot be understood, and what was expected", () => {
    const result = readExportSettings({
      OTEL_TRACES_SAMPLER: "sometimes",
      OTEL_TRACES_SAMPLER_ARG: "2",
      OTEL_EXPORTER_OTLP_PROTOCOL: "carrier-pigeon",
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "yes please",
    });
    expect(result).toEqual({
      kind: "invalid",
      problems: [
        "OTEL_EXPORTER_OTLP_PROTOCOL: expected one of grpc, http/protobuf, http/json",
        expect.stringContaining("OTEL_TRACES_SAMPLER: expected one of always_on"),
        "OTEL_TRACES_SAMPLER_ARG: expected a number of 0 to 1",
        "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: expected one of true, false",
      ],
    });
  });

  it("are all documented", () => {
    const source = readFileSync("src/telemetry/export-settings.ts", "utf8");
    const page = readFileSync("docs/telemetry.md", "utf8");
    const read = [...source.matchAll(/"((?:OTEL|SPILLWAY)_[A-Z_]+)"/g)].map(
      ([, name]) => name ?? "",
    );
    expect(read.length).toBeGreaterThan(8);
    for (const name of read) expect(page).toContain(`\`${name}\``);
  });
});

function valid(environment: Record<string, string>) {
  const result = readExportSettings(environment);
  if (result.kind !== "valid") throw new Error(result.problems.join("\n"));
  return result;
}
