import type { GenerateResponse } from "../../../gen/spillway/v1/generate_pb.ts";
import type { FinishedOutput } from "../../domain/output.ts";
import { finishReason } from "../enum-tables.ts";
import { imageToProto } from "./image.ts";

/** Writes what a request gives its caller. */
export function outputToProto(output: FinishedOutput): GenerateResponse["output"] {
  switch (output.kind) {
    case "images":
      return {
        case: "images",
        value: {
          $typeName: "spillway.v1.ImageOutput",
          images: output.images.map(imageToProto),
        },
      };
    case "chat":
      return {
        case: "chat",
        value: {
          $typeName: "spillway.v1.ChatOutput",
          text: output.text,
          toolCalls: output.toolCalls.map(({ id, name, arguments: argumentsText }) => ({
            $typeName: "spillway.v1.ToolCall",
            id,
            name,
            arguments: argumentsText,
          })),
          finishReason: finishReason[output.finishReason],
          reasoning: output.reasoning,
        },
      };
  }
}
