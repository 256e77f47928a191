import { create } from "@bufbuild/protobuf";
import {
  type GenerateResponse,
  ProgressSchema,
  StreamedImageSchema,
  type StreamGenerateResponse,
  StreamGenerateResponseSchema,
  TextDeltaSchema,
  ToolCallDeltaSchema,
} from "../../../gen/spillway/v1/generate_pb.ts";
import type { GenerateEvent } from "../../domain/generated.ts";
import type { Progress } from "../../domain/output-event.ts";
import { attemptToProto } from "./attempt.ts";
import { imageToProto } from "./image.ts";

/** Writes one event of a streamed request. */
export function eventToProto(event: GenerateEvent): StreamGenerateResponse {
  return create(StreamGenerateResponseSchema, { event: contentToProto(event) });
}

/** Writes the last event of a streamed request that succeeded. */
export function completedToProto(response: GenerateResponse): StreamGenerateResponse {
  return create(StreamGenerateResponseSchema, { event: { case: "completed", value: response } });
}

function contentToProto(event: GenerateEvent): StreamGenerateResponse["event"] {
  switch (event.kind) {
    case "attempt_started":
      return { case: "attemptStarted", value: attemptToProto(event.attempt) };
    case "attempt_finished":
      return { case: "attemptFinished", value: attemptToProto(event.attempt) };
    case "text":
      return { case: "textDelta", value: create(TextDeltaSchema, { text: event.text }) };
    case "reasoning":
      return {
        case: "textDelta",
        value: create(TextDeltaSchema, { text: event.text, reasoning: true }),
      };
    case "tool_call":
      return {
        case: "toolCallDelta",
        value: create(ToolCallDeltaSchema, {
          index: event.index,
          id: event.id ?? "",
          name: event.name ?? "",
          arguments: event.arguments,
        }),
      };
    case "partial_image":
      return { case: "partialImage", value: streamedImage(event.index, event) };
    case "image":
      return { case: "image", value: streamedImage(event.index, event) };
    case "progress":
      return { case: "progress", value: progressToProto(event) };
  }
}

function streamedImage(
  index: number,
  { image }: Extract<GenerateEvent, { readonly kind: "image" | "partial_image" }>,
) {
  return create(StreamedImageSchema, { index, image: imageToProto(image) });
}

function progressToProto({ fraction, queuePosition }: Progress) {
  const message = create(ProgressSchema);
  if (fraction !== undefined) message.fraction = fraction;
  if (queuePosition !== undefined) message.queuePosition = Math.trunc(queuePosition);
  return message;
}
