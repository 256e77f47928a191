import { create } from "@bufbuild/protobuf";
import { ChatOutputSchema } from "../../../gen/spillway/v1/chat_pb.ts";
import type { GenerateResponse } from "../../../gen/spillway/v1/generate_pb.ts";
import { ImageOutputSchema } from "../../../gen/spillway/v1/image_pb.ts";
import type { FinishedOutput } from "../../domain/output.ts";
import { finishReason } from "../enum-tables.ts";
import { imageToProto } from "./image.ts";

/** Writes what a request gives its caller. */
export function outputToProto(output: FinishedOutput): GenerateResponse["output"] {
  switch (output.kind) {
    case "images":
      return {
        case: "images",
        value: create(ImageOutputSchema, { images: output.images.map(imageToProto) }),
      };
    case "chat":
      return {
        case: "chat",
        value: create(ChatOutputSchema, {
          text: output.text,
          toolCalls: output.toolCalls.map(({ id, name, arguments: argumentsText }) => ({
            id,
            name,
            arguments: argumentsText,
          })),
          finishReason: finishReason[output.finishReason],
          reasoning: output.reasoning,
        }),
      };
  }
}
