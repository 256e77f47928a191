import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createTraceState, type SpanContext } from "@opentelemetry/api";
import { ExportResultCode } from "@opentelemetry/core";
import { OTLPTraceExporter as OfficialJson } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as OfficialProtobuf } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AlwaysOnSampler, RandomIdGenerator, type SpanExporter } from "@opentelemetry/sdk-trace";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { otlpJson } from "../../../src/telemetry/sdk/otlp-json.ts";
import { otlpProtobuf } from "../../../src/telemetry/sdk/otlp-protobuf.ts";
import type { RecordedSpan } from "../../../src/telemetry/sdk/recorded-span.ts";
import { samplingTracer } from "../../../src/telemetry/sdk/sampling-tracer.ts";
import { manualClock } from "../../support/manual-clock.ts";

const bodies: Buffer[] = [];
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    bodies.push(Buffer.concat(chunks));
    response.writeHead(200).end();
  });
});
let url = "";

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
});
afterAll(() => void server.close());

describe.each([
  ["JSON", otlpJson, OfficialJson],
  ["Protobuf", otlpProtobuf, OfficialProtobuf],
])("spans in OTLP/%s", (_, write, Official) => {
  it("are what the official exporter writes, byte by byte", async () => {
    const { spans, tracer, clock } = recorder();
    const callers: (SpanContext | undefined)[] = [
      undefined,
      {
        traceId: "0af7651916cd43dd8448eb211c80319c",
        spanId: "b7ad6b7169203331",
        traceFlags: 1,
        isRemote: true,
        traceState: createTraceState('vendor=1,other="2"'),
      },
    ];
    for (const [round, caller] of [...callers, ...callers].entries()) {
      const { span } = tracer.startCall(
        round % 2 === 0 ? "A/B" : `long ${"é".repeat(200)}`,
        caller,
      );
      span?.set("spillway.request.id", `r-${round}`);
      span?.set("gen_ai.request.model", 'says "hé\\llo"\n\u2028 \u0000\u007f 𝄞');
      span?.set("http.response.status_code", 200);
      span?.set("gen_ai.response.time_to_first_chunk", 0.1 + round);
      span?.set("spillway.sandbox", round > 1);
      span?.set("gen_ai.response.finish_reasons", ["stop", 'a "b"']);
      span?.set('spillway.label.a caller\'s ünusual "name"', "x".repeat(300));
      for (const [index, number] of numbers.entries()) span?.set(`n${index}`, number);
      await clock.advance(1.25);
      const child = span?.startChild("POST");
      child?.addEvent("spillway.candidate.skipped", { "spillway.provider": "a", n: 1.5 });
      child?.addEvent("spillway.first_content");
      child?.fail(round % 2 === 0 ? undefined : 'It was "too" much.');
      await clock.advance(300.0625);
      child?.end();
      span?.end();
    }
    expect(spans).toHaveLength(8);
    await send(new Official({ url }), spans);
    // Twice: what it remembers of the first time must say the same.
    for (let time = 0; time < 2; time++) {
      expect(Buffer.from(write(spans)).toString("latin1")).toBe(bodies.at(-1)?.toString("latin1"));
    }
  });

  it("are what the official exporter writes when there are many", async () => {
    const { spans, tracer } = recorder();
    for (let index = 0; index < 5_000; index++) {
      const { span } = tracer.startCall("A/B", undefined);
      span?.set("spillway.request.id", `request ${index}`);
      span?.set("spillway.attempt.message", "é".repeat(index % 300));
      span?.end();
    }
    await send(new Official({ url }), spans);
    expect(Buffer.compare(write(spans), bodies.at(-1) as Buffer)).toBe(0);
  });
});

const numbers = [
  0,
  -0,
  -1,
  127,
  128,
  16_384,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  Number.MAX_SAFE_INTEGER,
  2 ** 62,
  2 ** 63,
  -(2 ** 40),
  1e21,
  -0.5,
  1e-7,
];

function recorder() {
  const spans: RecordedSpan[] = [];
  const clock = manualClock();
  const tracer = samplingTracer(new AlwaysOnSampler(), {
    resource: resourceFromAttributes({ "service.name": "spillway", "service.version": "1.2.3" }),
    instrumentationScope: { name: "spillway", version: "1.2.3" },
    ids: new RandomIdGenerator(),
    processor: { onEnd: (span) => spans.push(span as RecordedSpan) },
    clock,
  });
  return { spans, tracer, clock };
}

async function send(exporter: SpanExporter, spans: RecordedSpan[]): Promise<void> {
  await new Promise<void>((resolve, reject) =>
    exporter.export(spans, ({ code, error }) =>
      code === ExportResultCode.SUCCESS ? resolve() : reject(error),
    ),
  );
  await exporter.shutdown();
}
