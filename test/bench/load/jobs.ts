import type { MessageInitShape } from "@bufbuild/protobuf";
import { Role } from "../../../gen/spillway/v1/chat_pb.ts";
import type {
  GenerateRequestSchema,
  GenerateResponse,
  StreamGenerateRequestSchema,
} from "../../../gen/spillway/v1/generate_pb.ts";
import { pngHeader } from "../../support/image-bytes.ts";

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

/** A stream in Spillway's words and in OpenAI's. */
export interface StreamJob {
  readonly spillway: MessageInitShape<typeof StreamGenerateRequestSchema>;
  readonly openAi: Job["openAi"];
}

/** Of each stream of the upstream. */
export const deltas = 200;

const prompt = "Tell me again what the quick brown fox did, and why. ".repeat(18);

/** A chat of 1 kB up and 1 kB down, with a model that Spillway's configuration knows. */
export function chatJob(model = "gpt-5.4-mini"): Job {
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

/** The same question, answered by a stream of 200 deltas. */
export function streamJob(model = "gpt-5.4-mini"): StreamJob {
  const { spillway, openAi } = chatJob(model);
  return {
    spillway: { generate: spillway },
    openAi: {
      ...openAi,
      body: Buffer.from(
        JSON.stringify({ ...JSON.parse(Buffer.from(openAi.body).toString()), stream: true }),
      ),
      right: (body) => body.toString().split('"content":').length === 1 + deltas,
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

const scene = { prompt: "the same boat at night" };

/** An image of 5 MB to be changed, which Spillway takes as bytes and a provider as a form; the answer is that of imageJob. */
export function editJob(): Job {
  const data = Buffer.alloc(5_000_000);
  for (let index = 0; index < data.length; index++) data[index] = (index * 2654435761) >>> 24;
  data.set(pngHeader(2048, 2048));
  const boundary = "bench-boundary";
  const field = (name: string, value: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const body = Buffer.concat([
    Buffer.from(field("model", "gpt-image-2") + field("prompt", scene.prompt)),
    Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="image[]"; filename="boat.png"\r\ncontent-type: image/png\r\n\r\n`,
    ),
    data,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  const images = [{ source: { case: "data" as const, value: data } }];
  return {
    spillway: {
      model: "gpt-image-2",
      task: { case: "imageEdit", value: { ...scene, images } },
    },
    right: isPicture,
    openAi: {
      path: "/images/edits",
      contentType: `multipart/form-data; boundary=${boundary}`,
      body,
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
