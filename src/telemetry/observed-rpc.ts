import type { Attempt } from "../domain/attempt.ts";
import type { GatewayError } from "../domain/gateway-error.ts";
import type { GenerateRequest } from "../domain/generate-request.ts";
import type { Generated } from "../domain/generated.ts";
import type { AttemptObserver, ExchangeObserver, ObservedCall } from "../domain/observer.ts";
import { callerNotes } from "./caller-notes.ts";
import { eventNames, attributeNames as names } from "./names.ts";
import { ObservedAttempt } from "./observed-attempt.ts";
import { setCost } from "./set-cost.ts";
import type { RpcCall, RpcObserver } from "./telemetry.ts";
import type { TelemetryParts } from "./telemetry-parts.ts";
import { callerContext, traceHeaders } from "./trace-context.ts";
import type { CallTrace } from "./tracer.ts";

/**
 * One call, for those who watch: its SERVER span, below which the attempts have
 * theirs. It is an ERROR only when the call fails, not when an attempt does.
 */
export class ObservedRpc implements RpcObserver {
  readonly #parts: TelemetryParts;
  readonly #call: RpcCall;
  readonly #trace: CallTrace;
  readonly #startedAt: number;
  #request: GenerateRequest | undefined;
  #unrecorded: ExchangeObserver | undefined;

  constructor(parts: TelemetryParts, call: RpcCall) {
    this.#parts = parts;
    this.#call = call;
    this.#startedAt = parts.clock.monotonic();
    this.#trace = parts.tracer.startCall(
      call.method,
      callerContext((name) => call.header(name)),
    );
    const { span } = this.#trace;
    if (span !== undefined) {
      span.set(names.rpcSystem, call.protocol === "connect" ? "connectrpc" : "grpc");
      span.set(names.rpcMethod, call.method);
      span.set(names.requestId, call.requestId);
      span.set(names.caller, call.caller);
    }
    parts.metrics.callStarted();
  }

  requestRead(request: GenerateRequest): void {
    this.#request = request;
    const { span } = this.#trace;
    if (span === undefined) return;
    span.set(names.requestModel, request.model);
    span.set(names.operation, request.task.operation);
    for (const [name, value] of Object.entries(request.labels)) {
      span.set(`${names.label}.${name}`, value);
    }
  }

  attemptStarted(attempt: Attempt, call: ObservedCall): AttemptObserver {
    return new ObservedAttempt(this.#parts, {
      attempt,
      call,
      parent: this.#trace.span,
      requestId: this.#call.requestId,
      caller: this.#call.caller,
      request: this.#request,
      unrecorded: () => this.#exchangeUnrecorded(),
    });
  }

  attemptSkipped(attempt: Attempt): void {
    this.#parts.metrics.attemptSkipped(attempt);
    this.#trace.span?.addEvent(eventNames.candidateSkipped, {
      [names.provider]: attempt.provider,
      [names.genAiRequestModel]: attempt.upstreamModel,
      [names.attemptPriority]: attempt.priority,
      [names.attemptMessage]: attempt.message,
    });
  }

  generated(generated: Generated): void {
    // What a result of before took was counted then.
    if (!generated.replayed) this.#parts.metrics.generated(generated);
    const { span } = this.#trace;
    if (span === undefined) return;
    span.set(names.model, generated.model);
    span.set(names.provider, generated.provider);
    span.set(names.configVersion, generated.configVersion);
    span.set(names.sandbox, generated.sandbox);
    setCost(span, generated.cost);
  }

  failed(error: GatewayError): void {
    this.#trace.span?.set(names.reason, error.reason);
    this.#parts.logger.info(
      {
        request_id: this.#call.requestId,
        method: this.#call.method,
        model: this.#request?.model,
        reason: error.reason,
        attempts: error.attempts?.length ?? 0,
        ...callerNotes(this.#call.caller, this.#request),
      },
      "request failed",
    );
  }

  ended(code: string): void {
    const durationMs = this.#parts.clock.monotonic() - this.#startedAt;
    this.#parts.metrics.callEnded(this.#call, code, durationMs);
    const { span } = this.#trace;
    span?.set(names.rpcStatus, code);
    if (code !== "OK") {
      span?.set(names.errorType, code);
      // The conventions count these as errors of a server; every other code is the caller's doing.
      if (serverErrors.has(code)) span?.fail();
    }
    span?.end();
    this.#parts.logger.debug(
      {
        request_id: this.#call.requestId,
        method: this.#call.method,
        code,
        duration_ms: Math.round(durationMs),
        ...callerNotes(this.#call.caller, this.#request),
      },
      "call ended",
    );
  }

  /** All exchanges of a request that is not recorded are told to the provider as one. */
  #exchangeUnrecorded(): ExchangeObserver {
    this.#unrecorded ??= { headers: traceHeaders(this.#trace.context), finished() {} };
    return this.#unrecorded;
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
