import { type DescMessage, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { Code } from "../../gen/google/rpc/code_pb.ts";
import {
  type GenerateResponse,
  GenerateResponseSchema,
  type StreamGenerateResponse,
  StreamGenerateResponseSchema,
} from "../../gen/spillway/v1/generate_pb.ts";
import type { Generated, GenerateEvent } from "../domain/generated.ts";
import type { FinishedImage, FinishedOutput } from "../domain/output.ts";
import { type RpcFailure, rpcFailure } from "./errors.ts";

/**
 * The failure of a result that takes more bytes than a message may have, as
 * Protobuf, whatever form it is sent in. It tells of the attempts, since what they
 * made is paid. Undefined when the result fits.
 */
export function oversizedResult(
  generated: Generated,
  response: GenerateResponse,
  limit: number,
): RpcFailure | undefined {
  if (fits(GenerateResponseSchema, response, outputBytes(generated.output), limit)) return;
  return rpcFailure(
    {
      reason: "INVALID_REQUEST",
      message: `The response is larger than ${limit} bytes. Ask for fewer images, or for DELIVERY_URL.`,
      metadata: { limit_bytes: String(limit) },
      attempts: generated.attempts,
    },
    Code.RESOURCE_EXHAUSTED,
  );
}

/** Whether an event of a stream takes more bytes than a message may have. Then the result with its image does, too. */
export function isOversizedEvent(
  event: GenerateEvent,
  response: StreamGenerateResponse,
  limit: number,
): boolean {
  if (event.kind !== "image" && event.kind !== "partial_image") return false;
  return !fits(StreamGenerateResponseSchema, response, imageBytes(event.image), limit);
}

/** To measure a message is to write it, so that it is done only near the limit. */
function fits<D extends DescMessage>(
  schema: D,
  message: MessageShape<D>,
  roughBytes: number,
  limit: number,
): boolean {
  return roughBytes + restBytes <= limit || toBinary(schema, message).length <= limit;
}

/** More than anything takes beside the output: attempts, adjustments, names. */
const restBytes = 1024 * 1024;

/** At least the bytes of an output. A character of a string takes at most three in UTF-8. */
function outputBytes(output: FinishedOutput): number {
  if (output.kind === "images") {
    return output.images.reduce((sum, image) => sum + imageBytes(image), 0);
  }
  const { text, reasoning, toolCalls } = output;
  const calls = toolCalls.reduce((sum, call) => sum + call.arguments.length, 0);
  return (text.length + reasoning.length + calls) * 3;
}

function imageBytes({ content, revisedPrompt }: FinishedImage): number {
  const size = content.kind === "bytes" ? content.bytes.length : content.url.length;
  return size + revisedPrompt.length * 3;
}
