import { describe, expect, it } from "vitest";
import { reportedCost } from "../../../src/domain/cost.ts";
import type { JsonValue } from "../../../src/domain/json.ts";
import type { OpenAiAnswers } from "../../../src/providers/dialects/openai-answers.ts";
import { chatResult } from "../../../src/providers/dialects/openai-chat-answer.ts";

const answers: OpenAiAnswers = {
  embeddedFailure: () => undefined,
  requestIdHeaders: ["x-request-id", "x-correlation-id"],
};

function read(message: JsonValue, finish_reason: JsonValue = "stop") {
  const value = { choices: [{ message, finish_reason }] };
  const headers = { "x-correlation-id": "c-1" };
  return chatResult({ status: 200, headers, body: { kind: "json", value } }, answers);
}

describe("chatResult", () => {
  it.each([
    ["text", "text"],
    [[{ type: "text", text: "te" }, { type: "text", text: "xt" }, { type: "image_url" }], "text"],
  ])("reads content in the form %j", (content, text) => {
    expect(read({ content })).toMatchObject({ output: { text } });
  });

  it.each([
    ["stop", "stop"],
    ["eos_token", "stop"],
    ["length", "length"],
    ["tool_calls", "tool_calls"],
    ["function_call", "tool_calls"],
    ["content_filter", "content_filter"],
    ["", "unspecified"],
    [null, "unspecified"],
    ["constructor", "unspecified"],
  ])("takes the finish reason %j for %s", (finish, expected) => {
    expect(read({ content: "a" }, finish)).toMatchObject({ output: { finishReason: expected } });
  });

  it("takes the model's own refusal for a refusal, and keeps its words in the detail", () => {
    const outcome = read({ content: null, refusal: "I will not." });
    expect(outcome).toMatchObject({
      kind: "failed",
      failure: { class: "refused", detail: "I will not.", upstreamRequestId: "c-1" },
    });
  });

  it("takes reasoning without an answer for an answer", () => {
    expect(read({ content: null, reasoning: "Hm." })).toMatchObject({
      kind: "done",
      output: { text: "", reasoning: "Hm." },
    });
  });

  it("does not have an answer repeated that is a picture in place of words", () => {
    const images = [{ type: "image_url", image_url: { url: "data:image/png;base64,iVBO" } }];
    expect(read({ content: "", images })).toMatchObject({
      failure: { class: "unsupported_here", billed: true, upstreamRequestId: "c-1" },
    });
    expect(read({ content: "Here.", images })).toMatchObject({ output: { text: "Here." } });
  });

  it.each([
    [{ content: null }, "stop"],
    [{ content: null }, "content_filter"],
    [{ content: "a" }, "error"],
    [{ refusal: "No." }, "stop"],
  ])("has %j that ended with %s cost what the provider says", (message, finish_reason) => {
    const cost = reportedCost(391);
    const value = { choices: [{ message, finish_reason }], usage: { cost: 0.000_391 } };
    const outcome = chatResult(
      { status: 200, headers: {}, body: { kind: "json", value } },
      { ...answers, cost: () => cost },
    );
    expect(outcome).toMatchObject({ kind: "failed", failure: { cost } });
  });

  it("has an answer without a message cost what the provider says, too", () => {
    const value = { choices: [], usage: { cost: 0 } };
    const outcome = chatResult(
      { status: 200, headers: {}, body: { kind: "json", value } },
      { ...answers, cost: () => reportedCost(0) },
    );
    expect(outcome).toMatchObject({ kind: "failed", failure: { cost: reportedCost(0) } });
  });

  it("fails an answer with nothing in it", () => {
    for (const message of [{}, { content: null }, { content: "" }, { content: [] }]) {
      expect(read(message)).toMatchObject({ kind: "failed", failure: { class: "server_fault" } });
    }
  });
});
