import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type GenerateRequest,
  GenerateRequestSchema,
} from "../../../gen/spillway/v1/generate_pb.ts";
import type { Attempt } from "../../../src/domain/attempt.ts";
import type { GatewayError } from "../../../src/domain/gateway-error.ts";
import type { Generated } from "../../../src/domain/generated.ts";
import type { FinishedImage } from "../../../src/domain/output.ts";

/** A request that is valid, with a change. */
export function imageRequest(
  change: MessageInitShape<typeof GenerateRequestSchema> = {},
): GenerateRequest {
  return create(GenerateRequestSchema, {
    model: "gpt-image-2",
    task: { case: "textToImage", value: { prompt: "a lighthouse", options: { count: 2 } } },
    ...change,
  });
}

/** An attempt that succeeded, with a change. */
export function attempt(change: Partial<Attempt> = {}): Attempt {
  return {
    number: 1,
    model: "gpt-image-2",
    provider: "openai",
    upstreamModel: "gpt-image-2",
    priority: 0,
    weight: 70,
    reason: "first",
    startTime: Date.parse("2026-11-22T00:00:00.250Z"),
    durationMs: 1500.25,
    outcome: "succeeded",
    message: "",
    cost: { basis: "unknown" },
    discardOutput: false,
    ...change,
  };
}

/** An attempt that failed with 503. */
export const failedAttempt = attempt({
  outcome: "failed",
  failure: "overloaded",
  delivery: "sent",
  httpStatus: 503,
  upstreamCode: "server_overloaded",
  message: "openai has too much to do",
  retryAfterMs: 2500,
});

/** An image of four bytes. */
export const image: FinishedImage = {
  content: { kind: "bytes", bytes: new Uint8Array([1, 2, 3, 4]) },
  mimeType: "image/png",
  width: 16,
  height: 8,
  revisedPrompt: "",
  contentFiltered: false,
  provider: "openai",
};

/** A result with one image, with a change. */
export function generated(change: Partial<Generated> = {}): Generated {
  return {
    requestId: "r-1",
    model: "gpt-image-2",
    provider: "openai",
    upstreamModel: "gpt-image-2-2026-04-21",
    upstreamId: "img_1",
    output: { kind: "images", images: [image] },
    usage: { inputTokens: 12, outputTokens: 4160, imageOutputTokens: 4160 },
    cost: {
      basis: "priced",
      micros: 41_000,
      components: [{ unit: "image", quantity: 1, micros: 41_000 }],
    },
    attempts: [attempt()],
    adjustments: [],
    timing: { totalMs: 1510, providersMs: 1500.25, gatewayMs: 9.75 },
    configVersion: "v1",
    replayed: false,
    sandbox: true,
    ...change,
  };
}

/** What a caller is told when every provider failed. */
export const exhausted: GatewayError = {
  reason: "ALL_PROVIDERS_EXHAUSTED",
  message: "Every provider of gpt-image-2 failed.",
  metadata: { model: "gpt-image-2" },
  retryAfterMs: 2500,
  attempts: [failedAttempt],
};
