import { expect, it } from "vitest";
import {
  AttemptOutcome,
  DeliveryState,
  FailureClass,
} from "../../../gen/spillway/v1/attempt_pb.ts";
import { CostBasis } from "../../../gen/spillway/v1/cost_pb.ts";
import { attemptToProto } from "../../../src/rpc/to-proto/attempt.ts";
import { eventToProto } from "../../../src/rpc/to-proto/event.ts";
import { generatedToProto } from "../../../src/rpc/to-proto/generated.ts";
import { attempt, failedAttempt, generated, image } from "../support/samples.ts";

it("writes a result and does not copy its bytes", () => {
  const response = generatedToProto(generated());
  expect(response).toMatchObject({
    requestId: "r-1",
    provider: "openai",
    usage: { inputTokens: 12n, outputTokens: 4160n, reasoningTokens: 0n, images: 1 },
    cost: {
      micros: 41_000n,
      currency: "USD",
      basis: CostBasis.PRICED,
      components: [{ unit: "image", quantity: 1, micros: 41_000n }],
    },
    timing: {
      total: { seconds: 1n, nanos: 510_000_000 },
      providers: { seconds: 1n, nanos: 500_250_000 },
    },
    sandbox: true,
  });
  if (response.output.case !== "images" || image.content.kind !== "bytes")
    throw new Error("no bytes");
  expect(response.output.value.images[0]?.content.value).toBe(image.content.bytes);
});

it("writes a cost that is not known as UNKNOWN and not as nothing", () => {
  expect(generatedToProto(generated({ cost: { basis: "unknown" } })).cost).toMatchObject({
    basis: CostBasis.UNKNOWN,
    micros: 0n,
  });
  expect(
    generatedToProto(generated({ cost: { basis: "priced", micros: 0.6, components: [] } })).cost
      ?.micros,
  ).toBe(1n);
});

it("writes a failed attempt with all that is known of it", () => {
  expect(attemptToProto(failedAttempt)).toMatchObject({
    number: 1,
    outcome: AttemptOutcome.FAILED,
    failure: FailureClass.OVERLOADED,
    delivery: DeliveryState.SENT,
    httpStatus: 503,
    upstreamCode: "server_overloaded",
    startTime: { seconds: BigInt(Date.parse("2026-11-22T00:00:00Z") / 1000), nanos: 250_000_000 },
    duration: { seconds: 1n, nanos: 500_250_000 },
    retryAfter: { seconds: 2n, nanos: 500_000_000 },
  });
});

it("leaves unset what a running attempt does not have yet", () => {
  const running = attemptToProto(attempt({ durationMs: undefined, outcome: undefined }));
  expect(running.duration).toBeUndefined();
  expect(running.retryAfter).toBeUndefined();
  expect(running.outcome).toBe(AttemptOutcome.UNSPECIFIED);
});

it("writes a link with the time at which it stops working", () => {
  const linked = {
    ...image,
    content: { kind: "url" as const, url: "https://a/b", expiresAt: 1500 },
  };
  expect(eventToProto({ kind: "image", index: 1, image: linked }).event).toMatchObject({
    case: "image",
    value: {
      index: 1,
      image: {
        content: { case: "url", value: "https://a/b" },
        expireTime: { seconds: 1n, nanos: 500_000_000 },
      },
    },
  });
});

it("writes every kind of event", () => {
  const cases = [
    eventToProto({ kind: "attempt_finished", attempt: failedAttempt }),
    eventToProto({ kind: "reasoning", text: "hm" }),
    eventToProto({ kind: "tool_call", index: 0, name: "f", arguments: "{" }),
    eventToProto({ kind: "partial_image", index: 0, image }),
    eventToProto({ kind: "progress", fraction: 0.5 }),
  ].map(({ event }) => event);
  expect(cases).toMatchObject([
    { case: "attemptFinished" },
    { case: "textDelta", value: { text: "hm", reasoning: true } },
    { case: "toolCallDelta", value: { index: 0, id: "", name: "f", arguments: "{" } },
    { case: "partialImage" },
    { case: "progress", value: { fraction: 0.5 } },
  ]);
});
