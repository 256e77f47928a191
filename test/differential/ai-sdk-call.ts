import {
  generateImage,
  generateText,
  type ImageModel,
  jsonSchema,
  type LanguageModel,
  Output,
  streamText,
  tool,
} from "ai";
import { citySchema, pixel, plainChat, plainEdit, plainImage } from "./tasks.ts";

const question = plainChat.messages[0]?.parts[0];
const prompt = question?.kind === "text" ? question.text : "";

type ImageSettings = Omit<Parameters<typeof generateImage>[0], "model" | "prompt">;
type TextSettings = Pick<
  Parameters<typeof generateText>[0],
  "providerOptions" | "reasoning" | "temperature" | "topP"
>;

/** Asks an image model of the AI SDK what `plainImage` asks, with further settings. */
export function askImage(model: ImageModel, settings: ImageSettings = {}): Promise<unknown> {
  return generateImage({ model, prompt: plainImage.prompt, n: 1, maxRetries: 0, ...settings });
}

/** Asks an image model of the AI SDK what `plainEdit` asks, of these images and with further settings. */
export function askEdit(
  model: ImageModel,
  files: { readonly images?: readonly Uint8Array[]; readonly mask?: Uint8Array } = {},
  settings: ImageSettings = {},
): Promise<unknown> {
  const { images = [pixel], mask } = files;
  const prompt = { text: plainEdit.prompt, images: [...images], ...(mask && { mask }) };
  return generateImage({ model, prompt, n: 1, maxRetries: 0, ...settings });
}

/** Asks a language model of the AI SDK what `plainChat` asks, with further settings. */
export function askText(model: LanguageModel, settings: TextSettings = {}): Promise<unknown> {
  return generateText({ model, prompt, maxRetries: 0, ...settings });
}

/** The same, streamed. */
export async function askTextStream(model: LanguageModel): Promise<void> {
  await streamText({ model, prompt, maxRetries: 0, onError: () => undefined }).consumeStream();
}

/** Asks a language model of the AI SDK what `richChat` asks. */
export function askRich(model: LanguageModel, settings: TextSettings = {}): Promise<unknown> {
  return generateText({
    model,
    maxRetries: 0,
    instructions: "Be brief.",
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "Where is this?" },
          { type: "file", data: pixel, mediaType: "image/png" },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "tool-call", toolCallId: "call_1", toolName: "locate", input: { city: "Lima" } },
        ],
      },
      {
        role: "tool",
        content: [
          {
            type: "tool-result",
            toolCallId: "call_1",
            toolName: "locate",
            output: { type: "text", value: "In the west." },
          },
        ],
      },
    ],
    temperature: 0.5,
    topP: 0.9,
    maxOutputTokens: 200,
    stopSequences: ["END"],
    seed: 7,
    tools: {
      locate: tool({ description: "Finds a city.", inputSchema: jsonSchema(citySchema as never) }),
    },
    toolChoice: "auto",
    output: Output.object({ schema: jsonSchema(citySchema as never), name: "place" }),
    ...settings,
  });
}
