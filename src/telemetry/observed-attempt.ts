import type { Attempt } from "../domain/attempt.ts";
import type { GenerateRequest } from "../domain/generate-request.ts";
import type {
  AttemptEnding,
  AttemptObserver,
  ExchangeObserver,
  ObservedCall,
  ObservedExchange,
} from "../domain/observer.ts";
import { callerNotes } from "./caller-notes.ts";
import { captureInput } from "./capture-input.ts";
import { genAiOperationName, genAiProviderName } from "./gen-ai-names.ts";
import { eventNames, attributeNames as names } from "./names.ts";
import { providerAddress, readServerAddress, type ServerAddress } from "./server-address.ts";
import { setCost } from "./set-cost.ts";
import type { TelemetryParts } from "./telemetry-parts.ts";
import { traceHeaders } from "./trace-context.ts";
import type { Span } from "./tracer.ts";

/** What an observed attempt begins with. */
export interface AttemptStart {
  readonly attempt: Attempt;
  readonly call: ObservedCall;
  /** The RPC's span. Undefined: nothing of the request is recorded. */
  readonly parent: Span | undefined;
  readonly requestId: string;
  /** The name of who calls. Undefined where everybody may. */
  readonly caller: string | undefined;
  /** What was asked, when it was understood. */
  readonly request: GenerateRequest | undefined;
  /** Who is told of an exchange when nothing is recorded. */
  readonly unrecorded: () => ExchangeObserver;
}

/**
 * One attempt, for those who watch: its CLIENT span, below which its HTTP
 * exchanges have theirs, and one log line when it fails.
 */
export class ObservedAttempt implements AttemptObserver {
  readonly #parts: TelemetryParts;
  readonly #start: AttemptStart;
  readonly #span: Span | undefined;
  readonly #startedAt: number;

  constructor(parts: TelemetryParts, start: AttemptStart) {
    this.#parts = parts;
    this.#start = start;
    this.#startedAt = parts.clock.monotonic();
    if (start.parent === undefined) return;
    const operation = genAiOperationName(start.call.operation);
    this.#span = start.parent.startChild(`${operation} ${start.attempt.upstreamModel}`);
    describeStart(this.#span, start, operation);
    if (parts.captureContent && start.request !== undefined) {
      this.#span.set(names.genAiInputMessages, captureInput(start.request.task));
    }
  }

  exchangeStarted(exchange: ObservedExchange): ExchangeObserver {
    if (this.#span === undefined) return this.#start.unrecorded();
    const span = this.#span.startChild(exchange.method);
    span.set(names.httpMethod, exchange.method);
    span.set(names.urlFull, exchange.url);
    span.set(names.exchangePurpose, exchange.purpose);
    // All but files are at the provider itself.
    const { baseUrl } = this.#start.call;
    setServer(
      span,
      exchange.purpose === "download" ? readServerAddress(exchange.url) : providerAddress(baseUrl),
    );
    return {
      headers: traceHeaders(span.context),
      finished({ status, failure }) {
        span.set(names.httpStatus, status);
        const errorType =
          failure?.class ?? (status !== undefined && status >= 400 ? `${status}` : undefined);
        if (errorType !== undefined) {
          span.set(names.errorType, errorType);
          span.fail();
        }
        span.end();
      },
    };
  }

  firstContent(): void {
    if (this.#span === undefined) return;
    const seconds = (this.#parts.clock.monotonic() - this.#startedAt) / 1000;
    this.#span.set(names.genAiTimeToFirstChunk, seconds);
    this.#span.addEvent(eventNames.firstContent);
  }

  finished(attempt: Attempt, ending: AttemptEnding): void {
    const { call, caller } = this.#start;
    this.#parts.metrics.attemptEnded(attempt, call.operation, ending, caller);
    if (this.#span !== undefined) {
      describeEnd(this.#span, attempt, ending);
      if (this.#parts.captureContent) this.#span.set(names.upstreamDetail, ending.detail);
      this.#span.end();
    }
    if (attempt.outcome !== "succeeded") this.#log(attempt, ending);
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
        ...callerNotes(this.#start.caller, this.#start.request),
        ...(this.#parts.captureContent && ending.detail !== undefined
          ? { detail: ending.detail }
          : {}),
      },
      "attempt failed",
    );
  }
}

function describeStart(
  span: Span,
  { attempt, call, requestId }: AttemptStart,
  operation: string,
): void {
  span.set(names.genAiOperation, operation);
  span.set(names.genAiProvider, genAiProviderName(attempt.provider));
  span.set(names.genAiRequestModel, attempt.upstreamModel);
  span.set(names.genAiOutputType, call.operation === "chat" ? "text" : "image");
  span.set(names.provider, attempt.provider);
  span.set(names.requestId, requestId);
  span.set(names.attemptNumber, attempt.number);
  span.set(names.attemptReason, attempt.reason);
  span.set(names.attemptPriority, attempt.priority);
  span.set(names.attemptWeight, attempt.weight);
  setServer(span, providerAddress(call.baseUrl));
  if (call.stream) span.set(names.genAiStream, true);
  if (call.count !== 1) span.set(names.genAiChoiceCount, call.count);
}

function describeEnd(span: Span, attempt: Attempt, ending: AttemptEnding): void {
  span.set(names.attemptOutcome, attempt.outcome ?? "failed");
  setCost(span, attempt.cost);
  span.set(names.attemptDelivery, attempt.delivery);
  span.set(names.httpStatus, attempt.httpStatus);
  span.set(names.upstreamCode, attempt.upstreamCode);
  span.set(names.upstreamRequestId, attempt.upstreamRequestId);
  span.set(names.genAiInputTokens, ending.inputTokens);
  span.set(names.genAiOutputTokens, ending.outputTokens);
  span.set(names.genAiResponseId, ending.upstreamId);
  span.set(names.genAiResponseModel, ending.responseModel);
  if (ending.finishReason !== undefined) {
    span.set(names.genAiFinishReasons, [ending.finishReason]);
  }
  if (attempt.failure !== undefined) {
    span.set(names.errorType, attempt.failure);
    span.set(names.failureClass, attempt.failure);
    span.set(names.attemptMessage, attempt.message);
  }
  if (attempt.outcome === "failed" || attempt.outcome === "cancelled") span.fail(attempt.message);
}

function setServer(span: Span, server: ServerAddress | undefined): void {
  span.set(names.serverAddress, server?.host);
  span.set(names.serverPort, server?.port);
}
