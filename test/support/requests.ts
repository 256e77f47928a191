import type { MessageInitShape } from "@bufbuild/protobuf";
import { Role } from "../../gen/spillway/v1/chat_pb.ts";
import type { GenerateRequestSchema } from "../../gen/spillway/v1/generate_pb.ts";
import { tinyPng } from "./tiny-png.ts";

type RequestInit = MessageInitShape<typeof GenerateRequestSchema>;

/** The prompt of every request in here; no log, span or error may ever repeat it. */
export const secretPrompt = "a paper boat that nobody may hear of";

/** A request for images. */
export function imageRequest(model: string, change: RequestInit = {}, count = 1): RequestInit {
  return {
    model,
    task: { case: "textToImage", value: { prompt: secretPrompt, options: { count } } },
    ...change,
  };
}

/** A request for an answer. */
export function chatRequest(model: string, change: RequestInit = {}): RequestInit {
  return {
    model,
    task: {
      case: "chat",
      value: {
        messages: [{ role: Role.USER, parts: [{ part: { case: "text", value: secretPrompt } }] }],
      },
    },
    ...change,
  };
}

/** A request for an answer about a photo of 12 MB: more than the system takes in before anyone reads. */
export function chatWithPhoto(model: string, change: RequestInit = {}): RequestInit {
  const value = Buffer.concat([tinyPng(64, 64), Buffer.alloc(12_000_000)]);
  const source = { case: "data" as const, value };
  return {
    model,
    task: {
      case: "chat",
      value: {
        messages: [
          {
            role: Role.USER,
            parts: [
              { part: { case: "text", value: secretPrompt } },
              { part: { case: "image", value: { source, mimeType: "image/png" } } },
            ],
          },
        ],
      },
    },
    ...change,
  };
}
