/**
 * Every name that leaves the process in spans and metrics, in one place.
 *
 * They are written out and pinned by a test, so that a new version of the
 * conventions' package cannot rename what dashboards ask for. `rpc.*`,
 * `http.*`, `url.*`, `server.*` and `error.type` are OpenTelemetry's stable
 * conventions 1.45 (2026-11); `gen_ai.*` are the GenAI conventions, still in
 * development; `spillway.*` are our own.
 */
export const attributeNames = {
  rpcSystem: "rpc.system.name",
  rpcMethod: "rpc.method",
  rpcStatus: "rpc.status_code",
  errorType: "error.type",
  serverAddress: "server.address",
  serverPort: "server.port",
  httpMethod: "http.request.method",
  httpStatus: "http.response.status_code",
  urlFull: "url.full",
  genAiOperation: "gen_ai.operation.name",
  genAiProvider: "gen_ai.provider.name",
  genAiRequestModel: "gen_ai.request.model",
  genAiResponseModel: "gen_ai.response.model",
  genAiResponseId: "gen_ai.response.id",
  genAiFinishReasons: "gen_ai.response.finish_reasons",
  genAiTimeToFirstChunk: "gen_ai.response.time_to_first_chunk",
  genAiOutputType: "gen_ai.output.type",
  genAiChoiceCount: "gen_ai.request.choice.count",
  genAiStream: "gen_ai.request.stream",
  genAiInputTokens: "gen_ai.usage.input_tokens",
  genAiOutputTokens: "gen_ai.usage.output_tokens",
  genAiInputMessages: "gen_ai.input.messages",
  requestId: "spillway.request.id",
  caller: "spillway.caller",
  requestModel: "spillway.request.model",
  model: "spillway.model",
  operation: "spillway.operation",
  reason: "spillway.error.reason",
  configVersion: "spillway.config.version",
  sandbox: "spillway.sandbox",
  label: "spillway.label",
  provider: "spillway.provider",
  attemptNumber: "spillway.attempt.number",
  attemptReason: "spillway.attempt.reason",
  attemptPriority: "spillway.attempt.priority",
  attemptWeight: "spillway.attempt.weight",
  attemptOutcome: "spillway.attempt.outcome",
  attemptDelivery: "spillway.attempt.delivery",
  attemptMessage: "spillway.attempt.message",
  failureClass: "spillway.failure.class",
  upstreamCode: "spillway.upstream.code",
  upstreamRequestId: "spillway.upstream.request_id",
  upstreamDetail: "spillway.upstream.detail",
  healthCause: "spillway.health.cause",
  exchangePurpose: "spillway.exchange.purpose",
  costMicros: "spillway.cost.micros",
  costBasis: "spillway.cost.basis",
  tokenType: "gen_ai.token.type",
  reloadOutcome: "spillway.config.reload.outcome",
} as const;

/** The names of span events. */
export const eventNames = {
  /** A target was passed over. */
  candidateSkipped: "spillway.candidate.skipped",
  /** The provider's first piece of real content. */
  firstContent: "spillway.first_content",
} as const;

/** A metric's name, unit and meaning. */
export interface MetricName {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
}

/** The names, units and meanings of all metrics. */
export const metricNames = {
  requests: {
    name: "spillway.requests",
    unit: "{request}",
    description: "Calls that ended, by method and code.",
  },
  requestDuration: {
    name: "rpc.server.call.duration",
    unit: "s",
    description: "How long calls took, from arrival to answer.",
  },
  gatewayDuration: {
    name: "spillway.gateway.duration",
    unit: "s",
    description: "The part of a request's time that Spillway itself added.",
  },
  providersDuration: {
    name: "spillway.providers.duration",
    unit: "s",
    description: "The part of a request's time in which a provider was waited for.",
  },
  attempts: {
    name: "spillway.attempts",
    unit: "{attempt}",
    description: "Attempts by provider, reason, outcome and failure class, skipped ones included.",
  },
  attemptDuration: {
    name: "gen_ai.client.operation.duration",
    unit: "s",
    description: "How long attempts at providers took.",
  },
  tokens: {
    name: "spillway.tokens",
    unit: "{token}",
    description: "Tokens that providers counted, by provider and type (input, output).",
  },
  images: {
    name: "spillway.images",
    unit: "{image}",
    description: "Images that providers made.",
  },
  cost: {
    name: "spillway.cost",
    unit: "USD",
    description: "What attempts cost, where that is known, by provider and basis.",
  },
  unknownCosts: {
    name: "spillway.cost.unknown",
    unit: "{attempt}",
    description: "Attempts that may have cost something, nobody knows how much.",
  },
  ejections: {
    name: "spillway.ejections",
    unit: "{ejection}",
    description: "Targets that were taken out of traffic, by provider and cause.",
  },
  inFlight: {
    name: "spillway.requests.in_flight",
    unit: "{request}",
    description: "Calls that are being served.",
  },
  requestsQueued: {
    name: "spillway.requests.queued",
    unit: "{request}",
    description: "Requests that wait for a place, since the gateway is full.",
  },
  requestsShed: {
    name: "spillway.requests.shed",
    unit: "{request}",
    description: "Requests that were turned away, since the gateway was full.",
  },
  providerInFlight: {
    name: "spillway.provider.in_flight",
    unit: "{attempt}",
    description: "Attempts that run at a provider with a limit.",
  },
  providerQueued: {
    name: "spillway.provider.queued",
    unit: "{attempt}",
    description: "Attempts that wait for a place at a provider with a limit.",
  },
  providerFull: {
    name: "spillway.provider.full",
    unit: "{attempt}",
    description: "Attempts that were not made, since the provider was at its limit.",
  },
  configReloads: {
    name: "spillway.config.reloads",
    unit: "{reload}",
    description: "Reloads of the configuration, by outcome.",
  },
} as const satisfies Readonly<Record<string, MetricName>>;
