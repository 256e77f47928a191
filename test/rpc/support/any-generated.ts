import fc from "fast-check";
import type { Attempt } from "../../../src/domain/attempt.ts";
import type { Cost } from "../../../src/domain/cost.ts";
import type { Generated, GenerateEvent } from "../../../src/domain/generated.ts";
import type { FinishedImage, FinishedOutput } from "../../../src/domain/output.ts";
import {
  attemptOutcome,
  attemptReason,
  deliveryState,
  failureClass,
} from "../../../src/rpc/enum-tables.ts";

const text = fc.string({ maxLength: 3 });
const whole = fc.nat();
const ms = fc.double({ min: 0, max: 1e9, noNaN: true });

function oneKeyOf<K extends string>(table: Readonly<Record<K, unknown>>): fc.Arbitrary<K> {
  return fc.constantFrom(...(Object.keys(table) as K[]));
}

function perhaps<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(value, { nil: undefined });
}

function some<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(value, { maxLength: 2 });
}

const cost: fc.Arbitrary<Cost> = fc.oneof(
  fc.constant({ basis: "unknown" as const }),
  fc.record({
    basis: fc.constantFrom("reported", "priced"),
    micros: ms,
    components: some(fc.record({ unit: text, quantity: ms, micros: ms })),
  }),
);

const attempt: fc.Arbitrary<Attempt> = fc.record({
  number: whole,
  model: text,
  provider: text,
  upstreamModel: text,
  priority: whole,
  weight: whole,
  reason: oneKeyOf(attemptReason),
  startTime: ms,
  durationMs: perhaps(ms),
  outcome: perhaps(oneKeyOf(attemptOutcome)),
  failure: perhaps(oneKeyOf(failureClass)),
  delivery: perhaps(oneKeyOf(deliveryState)),
  httpStatus: perhaps(whole),
  upstreamCode: perhaps(text),
  message: text,
  retryAfterMs: perhaps(ms),
  upstreamRequestId: perhaps(text),
  cost,
  discardOutput: fc.boolean(),
});

const image: fc.Arbitrary<FinishedImage> = fc.record({
  content: fc.oneof(
    fc.record({ kind: fc.constant("bytes" as const), bytes: fc.uint8Array({ maxLength: 3 }) }),
    fc.record({ kind: fc.constant("url" as const), url: text, expiresAt: perhaps(ms) }),
  ),
  mimeType: text,
  width: whole,
  height: whole,
  revisedPrompt: text,
  contentFiltered: fc.boolean(),
  provider: text,
});

const output: fc.Arbitrary<FinishedOutput> = fc.oneof(
  fc.record({ kind: fc.constant("images" as const), images: some(image) }),
  fc.record({
    kind: fc.constant("chat" as const),
    text,
    toolCalls: some(fc.record({ id: text, name: text, arguments: text })),
    finishReason: fc.constantFrom("stop", "length", "tool_calls", "content_filter", "unspecified"),
    reasoning: text,
  }),
);

/** Any result of a request. */
export const anyGenerated: fc.Arbitrary<Generated> = fc.record({
  requestId: text,
  model: text,
  provider: text,
  upstreamModel: text,
  upstreamId: text,
  output,
  usage: fc.record({
    inputTokens: perhaps(whole),
    outputTokens: perhaps(whole),
    cachedInputTokens: perhaps(whole),
    reasoningTokens: perhaps(whole),
    imageOutputTokens: perhaps(whole),
  }),
  cost,
  attempts: some(attempt),
  adjustments: some(
    fc.record({
      field: text,
      requested: text,
      applied: text,
      kind: fc.constantFrom("converted", "emulated", "dropped"),
      provider: text,
      reason: text,
    }),
  ),
  timing: fc.record({ totalMs: ms, providersMs: ms, gatewayMs: ms }),
  configVersion: text,
  replayed: fc.boolean(),
  sandbox: fc.boolean(),
});

/** Any event of a streamed request. */
export const anyEvent: fc.Arbitrary<GenerateEvent> = fc.oneof(
  fc.record({ kind: fc.constantFrom("attempt_started", "attempt_finished"), attempt }),
  fc.record({ kind: fc.constantFrom("text", "reasoning"), text }),
  fc.record({
    kind: fc.constant("tool_call" as const),
    index: whole,
    id: perhaps(text),
    name: perhaps(text),
    arguments: text,
  }),
  fc.record({ kind: fc.constantFrom("partial_image", "image"), index: whole, image }),
  fc.record({
    kind: fc.constant("progress" as const),
    fraction: perhaps(ms),
    queuePosition: perhaps(ms),
  }),
);
