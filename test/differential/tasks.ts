import type { ChatTask, ImageEditTask, TextToImageTask } from "../../src/domain/task.ts";

/** One image from words, and nothing else said. */
export const plainImage: TextToImageTask = {
  operation: "text_to_image",
  prompt: "A paper boat on a lake",
  negativePrompt: "",
  options: { count: 1 },
};

/** One question, and nothing else said. */
export const plainChat: ChatTask = {
  operation: "chat",
  messages: [{ role: "user", parts: [{ kind: "text", text: "What is the capital of Peru?" }] }],
  stop: [],
  tools: [],
};

/** A picture of one red pixel. */
export const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);

/** One image made of another one, and nothing else said. */
export const plainEdit: ImageEditTask = {
  operation: "image_edit",
  prompt: "Put a hat on it",
  images: [{ kind: "bytes", bytes: pixel, mimeType: "image/png" }],
  maskPolarity: "transparent_is_edited",
  options: { count: 1 },
};

/** The arguments of the tool, and the form of the answer. */
export const citySchema = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};

/** A conversation with instructions, an image, a tool that was called, a schema and every number set. */
export const richChat: ChatTask = {
  operation: "chat",
  messages: [
    { role: "system", parts: [{ kind: "text", text: "Be brief." }] },
    {
      role: "user",
      parts: [
        { kind: "text", text: "Where is this?" },
        { kind: "image", image: { kind: "bytes", bytes: pixel, mimeType: "image/png" } },
      ],
    },
    {
      role: "assistant",
      parts: [
        { kind: "tool_call", call: { id: "call_1", name: "locate", arguments: '{"city":"Lima"}' } },
      ],
    },
    {
      role: "tool",
      parts: [{ kind: "tool_result", toolCallId: "call_1", content: "In the west." }],
    },
  ],
  temperature: 0.5,
  topP: 0.9,
  maxOutputTokens: 200,
  stop: ["END"],
  seed: 7,
  tools: [{ name: "locate", description: "Finds a city.", parameters: citySchema }],
  toolChoice: { mode: "auto" },
  responseFormat: { kind: "json_schema", name: "place", schema: citySchema, strict: true },
};
