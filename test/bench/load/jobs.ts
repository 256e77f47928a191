import type { MessageInitShape } from "@bufbuild/protobuf";
import { Role } from "../../../gen/spillway/v1/chat_pb.ts";
import type {
  GenerateRequestSchema,
  GenerateResponse,
} from "../../../gen/spillway/v1/generate_pb.ts";

/** The same work in Spillway's words and in OpenAI's, for those that speak only these. */
export interface Job {
  readonly spillway: MessageInitShape<typeof GenerateRequestSchema>;
  readonly right: (response: GenerateResponse) => boolean;
  readonly openAi: {
    /** Below the base. */
    readonly path: string;
    readonly body: Uint8Array;
    readonly contentType: string;
    readonly right: (body: Buffer) => boolean;
  };
}

const prompt = "Tell me again what the quick brown fox did, and why. ".repeat(18);

/** A chat of 1 kB up and 1 kB down. */
export function chatJob(model: string): Job {
  const words = (text: string) => text.startsWith("the quick brown fox") && text.length > 600;
  return {
    spillway: {
      model,
      task: {
        case: "chat",
        value: {
          messages: [{ role: Role.USER, parts: [{ part: { case: "text", value: prompt } }] }],
        },
      },
    },
    right: ({ output }) => output.case === "chat" && words(output.value.text),
    openAi: {
      path: "/chat/completions",
      contentType: "application/json",
      body: Buffer.from(
        JSON.stringify({ model: "gpt-5.4-mini", messages: [{ role: "user", content: prompt }] }),
      ),
      right: (body) => words(JSON.parse(body.toString()).choices[0].message.content),
    },
  };
}

const picture = { prompt: "a very large boat" };

/** An image of 1.5 MB of base64, of which Spillway hands out the 1.1 MB of bytes. */
export function imageJob(): Job {
  return {
    spillway: { model: "gpt-image-2", task: { case: "textToImage", value: picture } },
    right: isPicture,
    openAi: {
      path: "/images/generations",
      contentType: "application/json",
      body: Buffer.from(JSON.stringify({ model: "gpt-image-2", ...picture })),
      right: isBase64Picture,
    },
  };
}

function isPicture({ output }: GenerateResponse): boolean {
  const content = output.case === "images" ? output.value.images[0]?.content : undefined;
  return content?.case === "data" && content.value.length === 1_125_000;
}

function isBase64Picture(body: Buffer): boolean {
  return JSON.parse(body.toString()).data[0].b64_json.length === 1_500_000;
}
