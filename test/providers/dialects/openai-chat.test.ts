import { describe, expect, it } from "vitest";
import type { ChatMessage, ChatPart, ChatTask } from "../../../src/domain/task.ts";
import { chatBody } from "../../../src/providers/dialects/openai-chat.ts";
import { chatTask } from "../support.ts";

function messagesOf(...messages: ChatMessage[]): unknown {
  return chatBody(chatTask({ messages }), "m")["messages"];
}

function optionsOf(parts: Partial<ChatTask>): unknown {
  const { model: _model, messages: _messages, ...options } = chatBody(chatTask(parts), "m");
  return options;
}

const text = (words: string): ChatPart => ({ kind: "text", text: words });
const call: ChatPart = { kind: "tool_call", call: { id: "a", name: "f", arguments: "{}" } };

describe("chatBody", () => {
  it("keeps the role of every speaker", () => {
    const roles = ["system", "user", "assistant"] as const;
    expect(messagesOf(...roles.map((role) => ({ role, parts: [text(role)] })))).toEqual(
      roles.map((role) => ({ role, content: role })),
    );
  });

  it("says text alone as a plain string, and text beside an image as parts", () => {
    const image = { kind: "url", url: "https://files.example/a.png", mimeType: "" } as const;
    expect(messagesOf({ role: "user", parts: [text("a"), text("b")] })).toEqual([
      { role: "user", content: "a\nb" },
    ]);
    expect(messagesOf({ role: "user", parts: [text("a"), { kind: "image", image }] })).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "a" },
          { type: "image_url", image_url: { url: image.url } },
        ],
      },
    ]);
  });

  it("says tool calls without text with no content", () => {
    const wire = { id: "a", type: "function", function: { name: "f", arguments: "{}" } };
    expect(messagesOf({ role: "assistant", parts: [call] })).toEqual([
      { role: "assistant", content: null, tool_calls: [wire] },
    ]);
  });

  it("makes a message of each tool result", () => {
    const result = (toolCallId: string): ChatPart => ({
      kind: "tool_result",
      toolCallId,
      content: `of ${toolCallId}`,
    });
    expect(messagesOf({ role: "tool", parts: [result("a"), result("b")] })).toEqual([
      { role: "tool", tool_call_id: "a", content: "of a" },
      { role: "tool", tool_call_id: "b", content: "of b" },
    ]);
  });

  it.each([
    [{ mode: "auto" }, "auto"],
    [{ mode: "none" }, "none"],
    [{ mode: "required" }, "required"],
    [
      { mode: "required", name: "f" },
      { type: "function", function: { name: "f" } },
    ],
  ] as const)("says the tool choice %j as %j", (toolChoice, expected) => {
    expect(optionsOf({ toolChoice })).toEqual({ tool_choice: expected });
  });

  it("says a format only when it is not text, and strictness only when it is asked for", () => {
    const schema = { type: "object" };
    const format = { kind: "json_schema", name: "answer", schema } as const;
    expect(optionsOf({ responseFormat: { kind: "text" } })).toEqual({});
    expect(optionsOf({ responseFormat: { kind: "json" } })).toEqual({
      response_format: { type: "json_object" },
    });
    expect(optionsOf({ responseFormat: { ...format, strict: false } })).toEqual({
      response_format: { type: "json_schema", json_schema: { name: "answer", schema } },
    });
    expect(optionsOf({ responseFormat: { ...format, strict: true } })).toEqual({
      response_format: {
        type: "json_schema",
        json_schema: { name: "answer", schema, strict: true },
      },
    });
  });

  it("says zero, which is not the same as nothing", () => {
    expect(optionsOf({ temperature: 0, topP: 0, seed: 0 })).toEqual({
      temperature: 0,
      top_p: 0,
      seed: 0,
    });
  });

  it("leaves how many tokens and how much reasoning to the provider's own words", () => {
    expect(optionsOf({ maxOutputTokens: 5, reasoningEffort: "low" })).toEqual({});
  });
});
