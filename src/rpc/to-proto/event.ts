import type {
  GenerateResponse,
  Progress as ProtoProgress,
  StreamedImage,
  StreamGenerateResponse,
} from "../../../gen/spillway/v1/generate_pb.ts";
import type { GenerateEvent } from "../../domain/generated.ts";
import type { FinishedImage } from "../../domain/output.ts";
import type { Progress } from "../../domain/output-event.ts";
import { attemptToProto } from "./attempt.ts";
import { imageToProto } from "./image.ts";

/** Writes one event of a streamed request. */
export function eventToProto(event: GenerateEvent): StreamGenerateResponse {
  return responseWith(contentToProto(event));
}

/** Writes the last event of a streamed request that succeeded. */
export function completedToProto(response: GenerateResponse): StreamGenerateResponse {
  return responseWith({ case: "completed", value: response });
}

function responseWith(event: StreamGenerateResponse["event"]): StreamGenerateResponse {
  return { $typeName: "spillway.v1.StreamGenerateResponse", event };
}

function contentToProto(event: GenerateEvent): StreamGenerateResponse["event"] {
  switch (event.kind) {
    case "attempt_started":
      return { case: "attemptStarted", value: attemptToProto(event.attempt) };
    case "attempt_finished":
      return { case: "attemptFinished", value: attemptToProto(event.attempt) };
    case "text":
    case "reasoning":
      return {
        case: "textDelta",
        value: {
          $typeName: "spillway.v1.TextDelta",
          text: event.text,
          reasoning: event.kind === "reasoning",
        },
      };
    case "tool_call":
      return {
        case: "toolCallDelta",
        value: {
          $typeName: "spillway.v1.ToolCallDelta",
          index: event.index,
          id: event.id ?? "",
          name: event.name ?? "",
          arguments: event.arguments,
        },
      };
    case "partial_image":
      return { case: "partialImage", value: streamedImage(event.index, event.image) };
    case "image":
      return { case: "image", value: streamedImage(event.index, event.image) };
    case "progress":
      return { case: "progress", value: progressToProto(event) };
  }
}

function streamedImage(index: number, image: FinishedImage): StreamedImage {
  return { $typeName: "spillway.v1.StreamedImage", index, image: imageToProto(image) };
}

function progressToProto({ fraction, queuePosition }: Progress): ProtoProgress {
  const message: ProtoProgress = { $typeName: "spillway.v1.Progress" };
  if (fraction !== undefined) message.fraction = fraction;
  if (queuePosition !== undefined) message.queuePosition = Math.trunc(queuePosition);
  return message;
}
