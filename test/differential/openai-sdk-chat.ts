import type OpenAI from "openai";
import { citySchema, pixel } from "./tasks.ts";

/** Keeps the client from taking an account, and so headers, from the environment of who runs the tests. */
export const noAccount = { organization: null, project: null } as const;

/** What `richChat` asks, as OpenAI's SDK words it, without a model and a limit of tokens. */
export const richCompletion: Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, "model"> = {
  messages: [
    { role: "system", content: "Be brief." },
    {
      role: "user",
      content: [
        { type: "text", text: "Where is this?" },
        {
          type: "image_url",
          image_url: { url: `data:image/png;base64,${pixel.toString("base64")}` },
        },
      ],
    },
    {
      role: "assistant",
      content: null,
      tool_calls: [
        {
          id: "call_1",
          type: "function",
          function: { name: "locate", arguments: '{"city":"Lima"}' },
        },
      ],
    },
    { role: "tool", tool_call_id: "call_1", content: "In the west." },
  ],
  temperature: 0.5,
  top_p: 0.9,
  stop: ["END"],
  seed: 7,
  tools: [
    {
      type: "function",
      function: { name: "locate", description: "Finds a city.", parameters: citySchema },
    },
  ],
  tool_choice: "auto",
  response_format: {
    type: "json_schema",
    json_schema: { name: "place", schema: citySchema, strict: true },
  },
};
