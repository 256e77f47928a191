import { afterAll, describe, expect, it } from "vitest";
import { noCost } from "../../src/domain/cost.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { startTelemetrySdk } from "../../src/telemetry/sdk.ts";
import { manualClock } from "../support/manual-clock.ts";

describe("the metrics page", async () => {
  const sdk = await startTelemetrySdk(
    { captureContent: false, logLevel: "info" },
    { version: "1.2.3", clock: manualClock() },
  );
  afterAll(() => sdk.shutdown());
  const metrics = createMetrics(sdk, (name) => name === "known");

  it("counts attempts by provider, outcome and class, under the documented names", async () => {
    metrics.attemptSkipped({
      number: 1,
      model: "made-up-by-a-caller",
      provider: "openai",
      upstreamModel: "x",
      priority: 0,
      weight: 1,
      reason: "first",
      startTime: 0,
      outcome: "skipped",
      message: "",
      cost: noCost,
      discardOutput: false,
    });
    const { contentType, body } = await sdk.metricsText();
    expect(contentType).toContain("text/plain");
    expect(body).toContain(
      'spillway_attempts_total{spillway_provider="openai",spillway_model="other",' +
        'spillway_attempt_reason="first",spillway_attempt_outcome="skipped"} 1',
    );
    expect(body).toContain('service_version="1.2.3"');
  });

  it("gives the gateway's own time in buckets from a tenth of a millisecond", async () => {
    metrics.callStarted();
    metrics.callEnded({ method: "spillway.v1.GatewayService/Generate" }, "OK", 3);
    metrics.generated({
      timing: { totalMs: 3, providersMs: 2.7, gatewayMs: 0.3 },
    } as Parameters<typeof metrics.generated>[0]);
    const { body } = await sdk.metricsText();
    expect(body).toContain('spillway_gateway_duration_bucket{le="0.00025"} 0');
    expect(body).toContain('spillway_gateway_duration_bucket{le="0.0005"} 1');
    expect(body).toContain("spillway_requests_in_flight 0");
    expect(body).not.toContain("otel_scope");
  });
});
