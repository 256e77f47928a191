import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import {
  GenerateRequestSchema,
  type GenerateRequest as ProtoRequest,
  type StreamGenerateRequest,
  StreamGenerateRequestSchema,
  type StreamGenerateResponse,
} from "../../gen/spillway/v1/generate_pb.ts";
import type { Clock } from "../domain/clock.ts";
import { deadlineSlackMs } from "../domain/deadline-slack.ts";
import type { GatewayError } from "../domain/gateway-error.ts";
import type { GenerateResult } from "../domain/generate-result.ts";
import type { Generated } from "../domain/generated.ts";
import { freeImageMemory } from "../domain/image-memory.ts";
import type { StreamOptions } from "../domain/stream-options.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { forbiddenModel, overRate } from "./caller-permission.ts";
import { type RpcFailure, rpcFailure } from "./errors.ts";
import { generateRequestFromProto } from "./from-proto/generate-request.ts";
import { isOversizedEvent, oversizedResult } from "./response-limit.ts";
import { answered, type Call, type Rpc, type RpcResult, refused, stream, unary } from "./rpc.ts";
import { completedToProto, eventToProto } from "./to-proto/event.ts";
import { generatedToProto } from "./to-proto/generated.ts";
import { validateGenerate } from "./validate-generate.ts";

/** Generate and StreamGenerate. */
export function generateRpcs(gateway: () => Gateway, clock: Clock): readonly Rpc[] {
  const { method } = GatewayService;
  return [
    unary(method.generate, (request, call) => generate(gateway(), clock, request, call)),
    stream(method.streamGenerate, (request, call, send) =>
      streamGenerate(gateway(), clock, request, call, send),
    ),
  ];
}

async function generate(
  gateway: Gateway,
  clock: Clock,
  request: ProtoRequest,
  call: Call,
): Promise<RpcResult> {
  const invalid = validateGenerate(GenerateRequestSchema, request, request);
  if (invalid !== undefined) return refused(rpcFailure(invalid));
  const result = concluded(await run(gateway, clock, request, call), call, clock);
  if (result.kind === "failed") return refused(rpcFailure(result.error));
  const response = generatedToProto(result.generated);
  const oversized = oversizedResult(result.generated, response, call.maxMessageBytes);
  if (oversized !== undefined) return refused(oversized);
  // A result with a key is everyone's who asks with it.
  const isShared = request.idempotencyKey !== "";
  return answered(response, isShared ? undefined : freeingImages(result.generated));
}

/** Frees the images of a result that one caller has for itself. Undefined when there are none. */
function freeingImages({ output }: Generated): (() => void) | undefined {
  if (output.kind !== "images") return undefined;
  return () => {
    for (const { content } of output.images) {
      if (content.kind === "bytes") freeImageMemory(content.bytes);
    }
  };
}

async function streamGenerate(
  gateway: Gateway,
  clock: Clock,
  request: StreamGenerateRequest,
  call: Call,
  send: (message: StreamGenerateResponse) => void | Promise<void>,
): Promise<RpcFailure | undefined> {
  const invalid = validateGenerate(StreamGenerateRequestSchema, request, request.generate);
  if (invalid !== undefined) return rpcFailure(invalid);
  if (request.generate === undefined) throw new Error("a stream without generate is valid");
  const running = run(gateway, clock, request.generate, call, {
    emit(event) {
      const response = eventToProto(event);
      // The end of the call says why it is missing.
      if (!isOversizedEvent(event, response, call.maxMessageBytes)) return send(response);
    },
    failoverAfterOutput: request.failoverAfterOutput,
    partialImages: request.partialImages,
  });
  const result = concluded(await running, call, clock);
  if (result.kind === "failed") return rpcFailure(result.error);
  const response = generatedToProto(result.generated);
  const oversized = oversizedResult(result.generated, response, call.maxMessageBytes);
  if (oversized === undefined) await send(completedToProto(response));
  return oversized;
}

async function run(
  gateway: Gateway,
  clock: Clock,
  message: ProtoRequest,
  call: Call,
  stream?: StreamOptions,
): Promise<GenerateResult> {
  const { requestId, caller, signal, deadlineAt, arrivedAt, observer } = call;
  const request = generateRequestFromProto(message);
  observer.requestRead(request);
  const error = forbiddenModel(caller, request) ?? overRate(caller, clock.monotonic());
  if (error !== undefined) return { kind: "failed", error };
  return gateway.generate(request, {
    requestId,
    caller: caller?.name,
    signal,
    deadlineAt,
    arrivedAt,
    observer,
    stream,
  });
}

/** Tells of a result; or gives the reason that counts for a failure. */
function concluded(result: GenerateResult, call: Call, clock: Clock): GenerateResult {
  if (result.kind === "failed") {
    return { kind: "failed", error: endOfTime(result.error, call, clock) };
  }
  call.observer.generated(result.generated);
  return result;
}

/**
 * A caller hangs up when its time is up, at about the moment when the gateway's
 * own clock says so. Whichever is seen first, the failure is DEADLINE.
 */
function endOfTime(error: GatewayError, { deadlineAt }: Call, clock: Clock): GatewayError {
  if (error.reason !== "CANCELLED" || deadlineAt === undefined) return error;
  if (clock.monotonic() < deadlineAt - deadlineSlackMs) return error;
  return {
    ...error,
    reason: "DEADLINE",
    message: "The caller's deadline passed before there was a result.",
  };
}
