import {
  type Attributes,
  type Context,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { Attempt } from "../domain/attempt.ts";
import type { GatewayError } from "../domain/gateway-error.ts";
import type { GenerateRequest } from "../domain/generate-request.ts";
import type { Generated } from "../domain/generated.ts";
import type { AttemptObserver, ObservedCall } from "../domain/observer.ts";
import { eventNames, attributeNames as names } from "./names.ts";
import { ObservedAttempt } from "./observed-attempt.ts";
import type { RpcCall, RpcObserver } from "./telemetry.ts";
import type { TelemetryParts } from "./telemetry-parts.ts";
import { callerContext } from "./trace-context.ts";

/**
 * One call, for those who watch: its SERVER span, below which the attempts have
 * theirs. It is an ERROR only when the call fails, not when an attempt does.
 */
export class ObservedRpc implements RpcObserver {
  readonly #parts: TelemetryParts;
  readonly #call: RpcCall;
  readonly #span: Span;
  readonly #context: Context;
  readonly #startedAt: number;
  #request: GenerateRequest | undefined;

  constructor(parts: TelemetryParts, call: RpcCall) {
    this.#parts = parts;
    this.#call = call;
    this.#startedAt = parts.clock.monotonic();
    const parent = callerContext((name) => call.header(name));
    this.#span = parts.tracer.startSpan(call.method, { kind: SpanKind.SERVER }, parent);
    // Most spans are not sampled, and then nobody wants their attributes.
    if (this.#span.isRecording()) {
      this.#span.setAttributes({
        [names.rpcSystem]: call.protocol === "connect" ? "connectrpc" : "grpc",
        [names.rpcMethod]: call.method,
        [names.requestId]: call.requestId,
      });
    }
    this.#context = trace.setSpan(parent, this.#span);
    parts.metrics.callStarted();
  }

  requestRead(request: GenerateRequest): void {
    this.#request = request;
    if (!this.#span.isRecording()) return;
    const attributes: Attributes = {
      [names.requestModel]: request.model,
      [names.operation]: request.task.operation,
    };
    for (const [name, value] of Object.entries(request.labels)) {
      attributes[`${names.label}.${name}`] = value;
    }
    this.#span.setAttributes(attributes);
  }

  attemptStarted(attempt: Attempt, call: ObservedCall): AttemptObserver {
    return new ObservedAttempt(this.#parts, {
      attempt,
      call,
      parent: { span: this.#span, context: this.#context },
      requestId: this.#call.requestId,
      request: this.#request,
    });
  }

  attemptSkipped(attempt: Attempt): void {
    this.#parts.metrics.attemptSkipped(attempt);
    if (!this.#span.isRecording()) return;
    this.#span.addEvent(eventNames.candidateSkipped, {
      [names.provider]: attempt.provider,
      [names.genAiRequestModel]: attempt.upstreamModel,
      [names.attemptPriority]: attempt.priority,
      [names.attemptMessage]: attempt.message,
    });
  }

  generated(generated: Generated): void {
    // What a result of before took was counted then.
    if (!generated.replayed) this.#parts.metrics.generated(generated);
    if (!this.#span.isRecording()) return;
    const attributes: Attributes = {
      [names.model]: generated.model,
      [names.provider]: generated.provider,
      [names.configVersion]: generated.configVersion,
      [names.sandbox]: generated.sandbox,
      [names.costBasis]: generated.cost.basis,
    };
    if (generated.cost.basis !== "unknown") attributes[names.costMicros] = generated.cost.micros;
    this.#span.setAttributes(attributes);
  }

  failed(error: GatewayError): void {
    this.#span.setAttribute(names.reason, error.reason);
    this.#parts.logger.info(
      {
        request_id: this.#call.requestId,
        method: this.#call.method,
        model: this.#request?.model,
        reason: error.reason,
        attempts: error.attempts?.length ?? 0,
      },
      "request failed",
    );
  }

  ended(code: string): void {
    const durationMs = this.#parts.clock.monotonic() - this.#startedAt;
    this.#parts.metrics.callEnded(this.#call.method, code, durationMs);
    this.#span.setAttribute(names.rpcStatus, code);
    if (code !== "OK") {
      this.#span.setAttribute(names.errorType, code);
      // The conventions count these as errors of a server; every other code is the caller's doing.
      if (serverErrors.has(code)) this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#span.end();
    this.#parts.logger.debug(
      {
        request_id: this.#call.requestId,
        method: this.#call.method,
        code,
        duration_ms: Math.round(durationMs),
      },
      "call ended",
    );
  }
}

/** opentelemetry.io/docs/specs/semconv/rpc/grpc, server spans, 2026-08. */
const serverErrors: ReadonlySet<string> = new Set([
  "UNKNOWN",
  "DEADLINE_EXCEEDED",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
]);
