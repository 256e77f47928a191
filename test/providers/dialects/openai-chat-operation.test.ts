import { describe, expect, it } from "vitest";
import type { ChatCapabilities } from "../../../src/domain/capabilities.ts";
import {
  type ChatWords,
  completionsChat,
} from "../../../src/providers/dialects/openai-chat-operation.ts";
import { chatTask, jsonBody, target as targetFor } from "../support.ts";

const capabilities: ChatCapabilities = {
  tools: true,
  imageInput: false,
  jsonFormat: false,
  jsonSchema: false,
  reasoningEffort: false,
  seed: false,
  temperature: false,
  topP: false,
  maxStop: 0,
};
const timeouts = { totalMs: 1, firstContentMs: 2, idleMs: 3 };

function chatOf(own: Partial<ChatWords> = {}) {
  return completionsChat({
    capabilities: () => capabilities,
    timeouts,
    body: (_task, { upstreamModel }, streamed) => ({ model: upstreamModel, told: streamed }),
    answers: { embeddedFailure: () => undefined, requestIdHeaders: [] },
    ...own,
  });
}

const target = targetFor("m");

describe("completionsChat", () => {
  it("posts the provider's body, and takes over what it can and how long it may take", () => {
    const chat = chatOf();
    expect(chat.request(chatTask(), target)).toEqual({
      method: "POST",
      path: "/chat/completions",
      body: { kind: "json", value: { model: "m", told: false } },
    });
    expect(chat.capabilities("m", {})).toBe(capabilities);
    expect(chat.timeouts).toBe(timeouts);
  });

  it("asks a stream for its usage, without which its cost would be unknown", () => {
    expect(jsonBody(chatOf().stream?.request(chatTask(), target))).toEqual({
      model: "m",
      told: true,
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it("does not ask where usage comes unasked or asking is an error", () => {
    const chat = chatOf({ usageOnRequest: () => false });
    expect(jsonBody(chat.stream?.request(chatTask(), target))).toEqual({
      model: "m",
      told: true,
      stream: true,
    });
  });

  it("sends both by the provider's own call", () => {
    const chat = chatOf({
      call: (value) => ({ method: "POST", path: "/elsewhere", body: { kind: "json", value } }),
    });
    expect(chat.request(chatTask(), target).path).toBe("/elsewhere");
    expect(chat.stream?.request(chatTask(), target).path).toBe("/elsewhere");
  });
});
