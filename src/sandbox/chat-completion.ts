import type { JsonObject } from "../domain/json.ts";
import { type ChatAnswer, words } from "./answer-chat.ts";

/** The message of an unary chat completion, as OpenAI and its followers write it. */
export function completionMessage(answer: ChatAnswer, callId: string): JsonObject {
  if (answer.call === undefined) return { role: "assistant", content: answer.text };
  return {
    role: "assistant",
    content: null,
    tool_calls: [{ id: callId, type: "function", function: { ...answer.call } }],
  };
}

/**
 * The deltas of a streamed chat completion, without the last one: the role
 * first, then word by word, or a tool call whose arguments come in two pieces.
 */
export function completionDeltas(answer: ChatAnswer, callId: string): readonly JsonObject[] {
  const { call } = answer;
  if (call === undefined) {
    return [
      { role: "assistant", content: "" },
      ...words(answer.text).map((content) => ({ content })),
    ];
  }
  const half = Math.ceil(call.arguments.length / 2);
  return [
    {
      role: "assistant",
      content: null,
      tool_calls: [
        { index: 0, id: callId, type: "function", function: { name: call.name, arguments: "" } },
      ],
    },
    ...[call.arguments.slice(0, half), call.arguments.slice(half)].map((piece) => ({
      tool_calls: [{ index: 0, function: { arguments: piece } }],
    })),
  ];
}

/** One unnamed event. */
export function dataFrame(value: JsonObject): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** The end of a stream of chat completions. */
export const doneFrame = "data: [DONE]\n\n";

/** The frames of a stream that are known at once. */
export async function* frames(...list: readonly string[]): AsyncGenerator<string> {
  yield* list;
}
