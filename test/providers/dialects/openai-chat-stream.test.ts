import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/domain/json.ts";
import type { OpenAiAnswers } from "../../../src/providers/dialects/openai-answers.ts";
import { readChatStream } from "../../../src/providers/dialects/openai-chat-stream.ts";
import { openAiEmbeddedFailure } from "../../../src/providers/dialects/openai-errors.ts";
import type { StreamEvent } from "../../../src/providers/reply.ts";

const answers: OpenAiAnswers = {
  embeddedFailure: openAiEmbeddedFailure,
  requestIdHeaders: [],
};

function read(...events: Partial<StreamEvent>[]) {
  const reader = readChatStream(answers);
  const steps = events.flatMap((event) => reader.read({ name: "", ...event }));
  return { steps, outcome: reader.end() };
}

function delta(delta: JsonObject, finish_reason: string | null = null): Partial<StreamEvent> {
  return { data: { choices: [{ index: 0, delta, finish_reason }] } };
}

const done: Partial<StreamEvent> = { text: "[DONE]" };

describe("readChatStream", () => {
  it("takes a finish reason for the end, with [DONE] or without", () => {
    expect(read(delta({ content: "a" }, "stop")).outcome.kind).toBe("done");
    expect(read(delta({ content: "a" }, "stop"), done).outcome.kind).toBe("done");
  });

  it("names the headers that tell the provider's id of the call", () => {
    const reader = readChatStream({ ...answers, requestIdHeaders: ["x-request-id"] });
    expect(reader.requestIdHeaders).toEqual(["x-request-id"]);
  });

  it("does not take [DONE] for the end", () => {
    expect(read(delta({ content: "a" }), done).outcome).toMatchObject({
      kind: "failed",
      failure: { class: "server_fault", message: expect.stringContaining("last event") },
    });
  });

  it("notices a picture in place of words", () => {
    const images = [{ type: "image_url", image_url: { url: "data:image/png;base64,iVBO" } }];
    expect(read(delta({ content: "", images }), delta({}, "stop")).outcome).toMatchObject({
      failure: { class: "unsupported_here", billed: true },
    });
  });

  it("keeps the last usage of a server that repeats it in every chunk", () => {
    const usage = (completion_tokens: number) => ({ prompt_tokens: 3, completion_tokens });
    const { outcome } = read(
      { data: { choices: [{ delta: { content: "a" } }], usage: usage(1) } },
      { data: { choices: [{ delta: { content: "b" }, finish_reason: "stop" }], usage: usage(2) } },
    );
    expect(outcome).toMatchObject({ usage: { inputTokens: 3, outputTokens: 2 } });
  });

  it("tells calls apart by id when a server numbers them all 0", () => {
    const call = (id: string) => ({ index: 0, id, function: { name: "f", arguments: "{}" } });
    const { steps, outcome } = read(
      delta({ tool_calls: [call("a")] }),
      delta({ tool_calls: [call("b")] }),
      delta({}, "tool_calls"),
    );
    expect(steps).toMatchObject([
      { event: { index: 0, id: "a" } },
      { event: { index: 1, id: "b" } },
    ]);
    expect(outcome).toMatchObject({ output: { toolCalls: [{ id: "a" }, { id: "b" }] } });
  });

  it("gathers calls whose pieces come interleaved", () => {
    const piece = (index: number, text: string, id?: string) =>
      delta({ tool_calls: [{ index, id, function: { name: id && "f", arguments: text } }] });
    const { outcome } = read(
      piece(0, "[", "a"),
      piece(1, "{", "b"),
      piece(0, "]"),
      piece(1, "}"),
      delta({}, "tool_calls"),
    );
    expect(outcome).toMatchObject({
      output: {
        toolCalls: [
          { id: "a", name: "f", arguments: "[]" },
          { id: "b", name: "f", arguments: "{}" },
        ],
      },
    });
  });

  it("fails an answer that calls a tool without naming it", () => {
    const call = { index: 0, id: "a", function: { arguments: "{}" } };
    expect(read(delta({ tool_calls: [call] }, "tool_calls")).outcome.kind).toBe("failed");
  });

  it.each([
    [{ name: "error", data: { message: "words", type: "rate_limit_error" } }, "overloaded"],
    [{ data: { error: { message: "words", type: "insufficient_quota" } } }, "quota"],
    [{ data: { error: "words" } }, "server_fault"],
    [{ data: { object: "error", message: "words", code: 404 } }, "model_gone"],
    [{ data: { type: "error", error: null, message: "words" } }, "server_fault"],
    [{ name: "error", text: "words" }, "server_fault"],
    [{ text: '{"choices":[{"del' }, "server_fault"],
    [{ data: { error: { message: "blocked by the safety system" } } }, "refused"],
  ])("takes %j for %s and reads no further", (event, expected) => {
    const { steps, outcome } = read(event, delta({ content: "a" }, "stop"), done);
    expect(steps).toMatchObject([{ kind: "failed", failure: { class: expected } }]);
    expect(outcome).toMatchObject({ kind: "failed", failure: { class: expected } });
  });

  it("takes a filter that let nothing through for a refusal, and what it let through for an answer", () => {
    expect(read(delta({}, "content_filter")).outcome).toMatchObject({
      failure: { class: "refused" },
    });
    expect(read(delta({ content: "a" }, "content_filter")).outcome).toMatchObject({
      output: { text: "a", finishReason: "content_filter" },
    });
  });

  it("takes an answer without text for whole when the limit of tokens explains it", () => {
    expect(read(delta({}, "length")).outcome).toMatchObject({
      kind: "done",
      output: { text: "", finishReason: "length" },
    });
    expect(read(delta({}, "stop")).outcome.kind).toBe("failed");
  });

  it("fails what the server broke off", () => {
    expect(read(delta({ content: "a" }, "abort")).outcome).toMatchObject({
      failure: { class: "server_fault", upstreamCode: "abort" },
    });
  });
});
