import { type Attributes, type Span, SpanStatusCode } from "@opentelemetry/api";
import type { Attempt } from "../domain/attempt.ts";
import type { GenerateRequest } from "../domain/generate-request.ts";
import type {
  AttemptEnding,
  AttemptObserver,
  ExchangeObserver,
  ObservedCall,
  ObservedExchange,
} from "../domain/observer.ts";
import { captureInput } from "./capture-input.ts";
import { type SpanInContext, startClientSpan } from "./client-span.ts";
import { genAiOperationName, genAiProviderName } from "./gen-ai-names.ts";
import { eventNames, attributeNames as names } from "./names.ts";
import type { TelemetryParts } from "./telemetry-parts.ts";
import { traceHeaders } from "./trace-context.ts";

/** What an observed attempt begins with. */
export interface AttemptStart {
  readonly attempt: Attempt;
  readonly call: ObservedCall;
  /** The RPC's span. */
  readonly parent: SpanInContext;
  readonly requestId: string;
  /** What was asked, when it was understood. */
  readonly request: GenerateRequest | undefined;
}

/**
 * One attempt, for those who watch: its CLIENT span, below which its HTTP
 * exchanges have theirs, and one log line when it fails.
 */
export class ObservedAttempt implements AttemptObserver {
  readonly #parts: TelemetryParts;
  readonly #start: AttemptStart;
  readonly #own: SpanInContext;
  readonly #span: Span;
  readonly #startedAt: number;

  constructor(parts: TelemetryParts, start: AttemptStart) {
    this.#parts = parts;
    this.#start = start;
    this.#startedAt = parts.clock.monotonic();
    const { attempt, call } = start;
    const operation = genAiOperationName(call.operation);
    this.#own = startClientSpan(
      parts.tracer,
      `${operation} ${attempt.upstreamModel}`,
      start.parent,
    );
    this.#span = this.#own.span;
    if (this.#span.isRecording()) this.#span.setAttributes(startAttributes(start, operation));
    if (parts.captureContent && start.request !== undefined && this.#span.isRecording()) {
      this.#span.setAttribute(names.genAiInputMessages, captureInput(start.request.task));
    }
  }

  exchangeStarted(exchange: ObservedExchange): ExchangeObserver {
    const { span, context } = startClientSpan(this.#parts.tracer, exchange.method, this.#own);
    if (span.isRecording()) {
      span.setAttributes({
        [names.httpMethod]: exchange.method,
        [names.urlFull]: exchange.url,
        [names.exchangePurpose]: exchange.purpose,
        ...serverAttributes(exchange.url),
      });
    }
    return {
      headers: traceHeaders(context),
      finished({ status, failure }) {
        if (status !== undefined) span.setAttribute(names.httpStatus, status);
        const errorType =
          failure?.class ?? (status !== undefined && status >= 400 ? `${status}` : "");
        if (errorType !== "") {
          span.setAttribute(names.errorType, errorType);
          span.setStatus({ code: SpanStatusCode.ERROR });
        }
        span.end();
      },
    };
  }

  firstContent(): void {
    if (!this.#span.isRecording()) return;
    const seconds = (this.#parts.clock.monotonic() - this.#startedAt) / 1000;
    this.#span.setAttribute(names.genAiTimeToFirstChunk, seconds);
    this.#span.addEvent(eventNames.firstContent);
  }

  finished(attempt: Attempt, ending: AttemptEnding): void {
    this.#parts.metrics.attemptEnded(attempt, this.#start.call.operation, ending);
    if (this.#span.isRecording()) this.#describeEnd(attempt, ending);
    this.#span.end();
    if (attempt.outcome !== "succeeded") this.#log(attempt, ending);
  }

  #describeEnd(attempt: Attempt, ending: AttemptEnding): void {
    const attributes: Attributes = {
      [names.attemptOutcome]: attempt.outcome ?? "failed",
      [names.costBasis]: attempt.cost.basis,
    };
    if (attempt.cost.basis !== "unknown") attributes[names.costMicros] = attempt.cost.micros;
    const optional: readonly (readonly [string, string | number | undefined])[] = [
      [names.attemptDelivery, attempt.delivery],
      [names.httpStatus, attempt.httpStatus],
      [names.upstreamCode, attempt.upstreamCode],
      [names.upstreamRequestId, attempt.upstreamRequestId],
      [names.genAiInputTokens, ending.inputTokens],
      [names.genAiOutputTokens, ending.outputTokens],
      [names.genAiResponseId, ending.upstreamId],
      [names.genAiResponseModel, ending.responseModel],
      [names.upstreamDetail, this.#parts.captureContent ? ending.detail : undefined],
    ];
    for (const [name, value] of optional) if (value !== undefined) attributes[name] = value;
    if (ending.finishReason !== undefined) {
      attributes[names.genAiFinishReasons] = [ending.finishReason];
    }
    if (attempt.failure !== undefined) {
      attributes[names.errorType] = attempt.failure;
      attributes[names.failureClass] = attempt.failure;
      attributes[names.attemptMessage] = attempt.message;
    }
    this.#span.setAttributes(attributes);
    if (attempt.outcome === "failed" || attempt.outcome === "cancelled") {
      this.#span.setStatus({ code: SpanStatusCode.ERROR, message: attempt.message });
    }
  }

  #log(attempt: Attempt, ending: AttemptEnding): void {
    const level =
      attempt.outcome === "cancelled"
        ? "info"
        : attempt.failure === "credential"
          ? "error"
          : "warn";
    this.#parts.logger[level](
      {
        request_id: this.#start.requestId,
        model: attempt.model,
        provider: attempt.provider,
        upstream_model: attempt.upstreamModel,
        key: ending.key,
        attempt: attempt.number,
        outcome: attempt.outcome,
        class: attempt.failure,
        delivery: attempt.delivery,
        http_status: attempt.httpStatus,
        upstream_code: attempt.upstreamCode,
        upstream_request_id: attempt.upstreamRequestId,
        retry_after_ms: attempt.retryAfterMs,
        duration_ms: Math.round(attempt.durationMs ?? 0),
        next: ending.next,
        reason: attempt.message,
        ...(this.#parts.captureContent && ending.detail !== undefined
          ? { detail: ending.detail }
          : {}),
      },
      "attempt failed",
    );
  }
}

function startAttributes(
  { attempt, call, requestId }: AttemptStart,
  operation: string,
): Attributes {
  const attributes: Attributes = {
    [names.genAiOperation]: operation,
    [names.genAiProvider]: genAiProviderName(attempt.provider),
    [names.genAiRequestModel]: attempt.upstreamModel,
    [names.genAiOutputType]: call.operation === "chat" ? "text" : "image",
    [names.provider]: attempt.provider,
    [names.requestId]: requestId,
    [names.attemptNumber]: attempt.number,
    [names.attemptReason]: attempt.reason,
    [names.attemptPriority]: attempt.priority,
    [names.attemptWeight]: attempt.weight,
    ...serverAttributes(call.baseUrl),
  };
  if (call.stream) attributes[names.genAiStream] = true;
  if (call.count !== 1) attributes[names.genAiChoiceCount] = call.count;
  return attributes;
}

/** Host and port of an address; nothing when it has none. */
function serverAttributes(address: string): Attributes {
  const url = URL.parse(address);
  if (url === null) return {};
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  return { [names.serverAddress]: url.hostname, [names.serverPort]: port };
}
