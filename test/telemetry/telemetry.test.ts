import { createNoopMeter, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { emptyResource } from "@opentelemetry/resources";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  InMemorySpanExporter,
  RandomIdGenerator,
  type Sampler,
  SamplingDecision,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace";
import { describe, expect, it } from "vitest";
import type { Attempt } from "../../src/domain/attempt.ts";
import { noCost } from "../../src/domain/cost.ts";
import type { GenerateRequest } from "../../src/domain/generate-request.ts";
import { createTelemetry } from "../../src/telemetry/create-telemetry.ts";
import { Histograms } from "../../src/telemetry/histograms.ts";
import { createLogger } from "../../src/telemetry/logger.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { samplingTracer } from "../../src/telemetry/sdk/sampling-tracer.ts";
import type { RpcObserver } from "../../src/telemetry/telemetry.ts";
import { type Tracer, untraced } from "../../src/telemetry/tracer.ts";
import { manualClock } from "../support/manual-clock.ts";

const prompt = "a paper boat that nobody may read about";

describe("telemetry", () => {
  it("gives one trace: the call, its attempts below it, their exchanges below them", () => {
    const { observe, spans } = setUp();
    const rpc = observe();
    const first = rpc.attemptStarted(attempt({ number: 1, provider: "gemini" }), call);
    first.exchangeStarted(exchange).finished({ status: 503 });
    first.finished(
      attempt({ number: 1, provider: "gemini", outcome: "failed", failure: "overloaded" }),
      { next: "next_target" },
    );
    const second = rpc.attemptStarted(attempt({ number: 2, reason: "failover" }), call);
    second.exchangeStarted(exchange).finished({ status: 200 });
    second.finished(attempt({ number: 2, reason: "failover" }), { next: "done", images: 1 });
    rpc.ended("OK");

    const [exchange1, attempt1, exchange2, attempt2, server] = spans();
    expect(server?.name).toBe("spillway.v1.GatewayService/Generate");
    expect(server?.kind).toBe(SpanKind.SERVER);
    expect(server?.status.code).toBe(SpanStatusCode.UNSET);
    expect(attempt1?.name).toBe("image_generation gpt-image-2");
    expect(attempt1?.kind).toBe(SpanKind.CLIENT);
    expect(attempt1?.status.code).toBe(SpanStatusCode.ERROR);
    expect(attempt1?.attributes["gen_ai.provider.name"]).toBe("gcp.gemini");
    expect(attempt1?.attributes["error.type"]).toBe("overloaded");
    expect(attempt2?.status.code).toBe(SpanStatusCode.UNSET);
    for (const child of [attempt1, attempt2]) {
      expect(child?.parentSpanContext?.spanId).toBe(server?.spanContext().spanId);
      expect(child?.spanContext().traceId).toBe(server?.spanContext().traceId);
    }
    expect(exchange1?.parentSpanContext?.spanId).toBe(attempt1?.spanContext().spanId);
    expect(exchange1?.status.code).toBe(SpanStatusCode.ERROR);
    expect(exchange2?.parentSpanContext?.spanId).toBe(attempt2?.spanContext().spanId);
  });

  it("continues the caller's trace and hands it on to the provider", () => {
    const { observe, spans } = setUp();
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const rpc = observe({ traceparent: `00-${traceId}-b7ad6b7169203331-01`, tracestate: "a=1" });
    const { headers } = rpc.attemptStarted(attempt({}), call).exchangeStarted(exchange);
    rpc.ended("OK");
    expect(spans().at(-1)?.spanContext().traceId).toBe(traceId);
    expect(headers["traceparent"]).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
    expect(headers["traceparent"]).not.toContain("b7ad6b7169203331");
    expect(headers["tracestate"]).toBe("a=1");
  });

  it("asks once whether a request is sampled; if not, the provider is told so, and nothing is kept", () => {
    let asked = 0;
    const sampler: Sampler = {
      shouldSample() {
        asked++;
        return { decision: SamplingDecision.NOT_RECORD };
      },
    };
    const { observe, spans } = setUp({ sampler });
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const rpc = observe({ traceparent: `00-${traceId}-b7ad6b7169203331-01`, tracestate: "a=1" });
    for (const number of [1, 2]) {
      const started = rpc.attemptStarted(attempt({ number }), call);
      const { headers, finished } = started.exchangeStarted(exchange);
      expect(headers["traceparent"]).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
      expect(headers["traceparent"]).not.toContain("b7ad6b7169203331");
      expect(headers["tracestate"]).toBe("a=1");
      finished({ status: 503 });
      started.finished(attempt({ number, outcome: "failed" }), { next: "next_target" });
    }
    rpc.ended("UNAVAILABLE");
    expect(asked).toBe(1);
    expect(spans()).toEqual([]);
  });

  it("tells a provider of a trace of its own when the caller has none and it is not sampled", () => {
    const { observe } = setUp({ sampler: new AlwaysOffSampler() });
    const rpc = observe();
    const headers = [1, 2].map(
      (number) => rpc.attemptStarted(attempt({ number }), call).exchangeStarted(exchange).headers,
    );
    expect(headers[0]).toEqual({
      traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/),
    });
    expect(headers[1]).toEqual(headers[0]);
    const other = observe().attemptStarted(attempt({}), call).exchangeStarted(exchange).headers;
    expect(other["traceparent"]).not.toBe(headers[0]?.["traceparent"]);
  });

  it("hands the caller's trace on as it is when nothing is exported, and makes none", () => {
    const { observe } = setUp({ tracer: untraced });
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const headersOf = (rpc: RpcObserver) =>
      rpc.attemptStarted(attempt({}), call).exchangeStarted(exchange).headers;
    expect(headersOf(observe({ traceparent, tracestate: "a=1" }))).toEqual({
      traceparent,
      tracestate: "a=1",
    });
    expect(headersOf(observe())).toEqual({});
    expect(headersOf(observe({ traceparent: "nonsense", tracestate: "a=1" }))).toEqual({});
  });

  it("puts the spans of a call within each other, by one clock", async () => {
    const { observe, spans, clock } = setUp();
    const rpc = observe();
    await clock.advance(1);
    const started = rpc.attemptStarted(attempt({}), call);
    await clock.advance(2);
    const watched = started.exchangeStarted(exchange);
    await clock.advance(400);
    started.firstContent();
    await clock.advance(600);
    watched.finished({ status: 200 });
    started.finished(attempt({}), { next: "done" });
    await clock.advance(3);
    rpc.ended("OK");
    const start = Date.parse("2026-11-22T00:00:00Z") / 1000;
    expect(
      spans().map(({ startTime, endTime, duration }) => [startTime, endTime, duration]),
    ).toEqual([
      [
        [start, 3e6],
        [start + 1, 3e6],
        [1, 0],
      ],
      [
        [start, 1e6],
        [start + 1, 3e6],
        [1, 2e6],
      ],
      [
        [start, 0],
        [start + 1, 6e6],
        [1, 6e6],
      ],
    ]);
    expect(spans()[1]?.events).toMatchObject([
      { name: "spillway.first_content", time: [start, 403e6] },
    ]);
    expect(spans()[1]?.attributes["gen_ai.response.time_to_first_chunk"]).toBe(0.402);
  });

  it("names the provider's host and port, and those of a file where that lies", () => {
    const { observe, spans } = setUp();
    const started = observe().attemptStarted(attempt({}), {
      ...call,
      baseUrl: "http://127.0.0.1:8081/v1",
    });
    started.exchangeStarted({ ...exchange, url: "http://127.0.0.1:8081/v1/x" }).finished({});
    started
      .exchangeStarted({ method: "GET", url: "https://files.example/a.png", purpose: "download" })
      .finished({ status: 200 });
    started.finished(attempt({}), { next: "done" });
    expect(
      spans().map(({ attributes }) => [attributes["server.address"], attributes["server.port"]]),
    ).toEqual([
      ["127.0.0.1", 8081],
      ["files.example", 443],
      ["127.0.0.1", 8081],
    ]);
  });

  it("keeps nothing of what comes after the end", () => {
    const { observe, spans } = setUp();
    const rpc = observe();
    const started = rpc.attemptStarted(attempt({}), call);
    started.finished(attempt({}), { next: "done" });
    started.firstContent();
    rpc.ended("OK");
    rpc.attemptSkipped(attempt({ outcome: "skipped" }));
    rpc.ended("UNAVAILABLE");
    expect(spans().map(({ events, status }) => [events, status.code])).toEqual([
      [[], SpanStatusCode.UNSET],
      [[], SpanStatusCode.UNSET],
    ]);
  });

  it("gives an exchange its span also when the attempt or the call is over", () => {
    const { observe, spans } = setUp();
    const rpc = observe();
    const started = rpc.attemptStarted(attempt({}), call);
    started.finished(attempt({}), { next: "done" });
    rpc.ended("OK");
    started.exchangeStarted({ ...exchange, purpose: "cancel" }).finished({ status: 200 });
    const [ofAttempt, , ofExchange] = spans();
    expect(spans()).toHaveLength(3);
    expect(ofExchange?.parentSpanContext?.spanId).toBe(ofAttempt?.spanContext().spanId);
  });

  it("marks the call as an error only for codes that are the server's fault", () => {
    const { observe, spans } = setUp();
    observe().ended("UNAVAILABLE");
    observe().ended("INVALID_ARGUMENT");
    expect(spans().map(({ status }) => status.code)).toEqual([
      SpanStatusCode.ERROR,
      SpanStatusCode.UNSET,
    ]);
  });

  it("writes a skipped target as an event of the call, not as a span", () => {
    const { observe, spans } = setUp();
    const rpc = observe();
    rpc.attemptSkipped(attempt({ outcome: "skipped", message: "It has no key." }));
    rpc.ended("OK");
    expect(spans()).toHaveLength(1);
    expect(spans()[0]?.events[0]?.name).toBe("spillway.candidate.skipped");
    expect(spans()[0]?.events[0]?.attributes?.["spillway.provider"]).toBe("openai");
  });

  it("writes one line for a failed attempt, with its timing and what comes next", () => {
    const { observe, lines } = setUp();
    const started = observe().attemptStarted(attempt({}), call);
    started.finished(
      attempt({
        outcome: "failed",
        failure: "overloaded",
        httpStatus: 503,
        durationMs: 41.6,
        upstreamCode: "server_is_overloaded",
        message: "openai has too much to do.",
      }),
      { next: "next_target", detail: prompt },
    );
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).toMatchObject({
      level: "warn",
      msg: "attempt failed",
      request_id: "r-1",
      model: "gpt-image-2",
      provider: "openai",
      upstream_model: "gpt-image-2",
      attempt: 1,
      class: "overloaded",
      http_status: 503,
      upstream_code: "server_is_overloaded",
      duration_ms: 42,
      next: "next_target",
    });
  });

  it("writes a caller's labels and end user to every line of its request, and nothing for none", () => {
    const { observe, lines } = setUp({ level: "debug" });
    for (const asked of [request, { ...request, labels: { team: "art" }, endUser: "u-17" }]) {
      const rpc = observe();
      rpc.requestRead(asked);
      rpc
        .attemptStarted(attempt({}), call)
        .finished(attempt({ outcome: "failed", failure: "overloaded" }), { next: "stop" });
      rpc.failed({ reason: "ALL_PROVIDERS_EXHAUSTED", message: "", metadata: {} });
      rpc.ended("UNAVAILABLE");
    }
    expect(lines().map(({ msg, labels, end_user }) => [msg, labels, end_user])).toEqual([
      ["attempt failed", undefined, undefined],
      ["request failed", undefined, undefined],
      ["call ended", undefined, undefined],
      ["attempt failed", { team: "art" }, "u-17"],
      ["request failed", { team: "art" }, "u-17"],
      ["call ended", { team: "art" }, "u-17"],
    ]);
  });

  it("tells prompts and providers' words only when content capture is on", () => {
    for (const captureContent of [false, true]) {
      const { observe, spans, text } = setUp({ captureContent });
      const rpc = observe();
      rpc.requestRead(request);
      rpc
        .attemptStarted(attempt({}), call)
        .finished(attempt({ outcome: "failed", failure: "refused" }), {
          next: "stop",
          detail: `rejected: ${prompt}`,
        });
      rpc.ended("FAILED_PRECONDITION");
      const told = JSON.stringify(
        spans().map(({ attributes, events, status }) => ({ attributes, events, status })),
      );
      expect(told.includes(prompt)).toBe(captureContent);
      expect(text().includes(prompt)).toBe(captureContent);
    }
  });
});

function setUp({
  captureContent = false,
  level = "info",
  sampler = new AlwaysOnSampler(),
  tracer,
}: {
  readonly captureContent?: boolean;
  readonly level?: string;
  readonly sampler?: Sampler;
  readonly tracer?: Tracer;
} = {}) {
  const exporter = new InMemorySpanExporter();
  const written: string[] = [];
  const clock = manualClock();
  const sampled = samplingTracer(sampler, {
    resource: emptyResource(),
    instrumentationScope: { name: "test" },
    ids: new RandomIdGenerator(),
    clock,
    processor: new SimpleSpanProcessor({ exporter }),
  });
  const telemetry = createTelemetry({
    tracer: tracer ?? sampled,
    metrics: createMetrics(
      { meter: createNoopMeter(), histograms: new Histograms(clock) },
      () => true,
    ),
    logger: createLogger({
      level,
      clock,
      destination: { write: (line) => written.push(line) },
    }),
    clock,
    captureContent,
  });
  return {
    observe: (headers: Record<string, string> = {}): RpcObserver =>
      telemetry.rpcStarted({
        method: "spillway.v1.GatewayService/Generate",
        protocol: "grpc",
        requestId: "r-1",
        header: (name) => headers[name],
      }),
    clock,
    spans: () => exporter.getFinishedSpans(),
    text: () => written.join(""),
    lines: () => written.map((line) => JSON.parse(line)),
  };
}

const call = {
  operation: "text_to_image",
  baseUrl: "https://api.openai.com/v1",
  stream: false,
  count: 1,
} as const;

const exchange = {
  method: "POST",
  url: "https://api.openai.com/v1/images/generations",
  purpose: "submit",
} as const;

const request: GenerateRequest = {
  model: "gpt-image-2",
  fallbackModels: [],
  task: { operation: "text_to_image", prompt, negativePrompt: "", options: { count: 1 } },
  routing: {
    only: [],
    exclude: [],
    order: [],
    maxAttempts: 4,
    routingKey: "",
    duplicateSpend: "allow",
  },
  idempotencyKey: "",
  parameterMode: "adapt",
  providerOptions: {},
  endUser: "",
  labels: {},
};

function attempt(overrides: Partial<Attempt>): Attempt {
  return {
    number: 1,
    model: "gpt-image-2",
    provider: "openai",
    upstreamModel: "gpt-image-2",
    priority: 0,
    weight: 1,
    reason: "first",
    startTime: 0,
    durationMs: 1,
    outcome: "succeeded",
    message: "",
    cost: noCost,
    discardOutput: false,
    ...overrides,
  };
}
