import { describe, expect, it } from "vitest";
import { answerChat, type ChatQuestion, words } from "../../src/sandbox/answer-chat.ts";

const question: ChatQuestion = {
  provider: "openai",
  model: "gpt-5.4",
  texts: ["Be brief.", "Hello there"],
  lastText: "Hello there",
  images: 0,
  tools: [],
  toolChoice: "auto",
  format: "text",
  stop: [],
};
const tools = [
  { name: "first", parameters: undefined },
  {
    name: "weather",
    parameters: { type: "object", properties: { city: { type: "string" } } },
  },
];

describe("answerChat", () => {
  it("repeats what was said and names provider and model", () => {
    const { text, finish } = answerChat(question);
    expect(text).toContain("openai");
    expect(text).toContain("gpt-5.4");
    expect(text).toMatch(/Hello there$/);
    expect(finish).toBe("stop");
  });

  it("counts a word as a token", () => {
    const { text, inputTokens, outputTokens } = answerChat(question);
    expect(inputTokens).toBe(4);
    expect(outputTokens).toBe(words(text).length);
  });

  it("counts images", () => {
    const { text, inputTokens } = answerChat({ ...question, images: 2 });
    expect(inputTokens).toBe(4 + 170);
    expect(text).toContain("2 images");
  });

  it("ends at the limit of tokens", () => {
    expect(answerChat({ ...question, maxTokens: 3 })).toMatchObject({
      text: "This is the",
      finish: "length",
      outputTokens: 3,
    });
  });

  it("ends before a stop text", () => {
    const answer = answerChat({ ...question, stop: ["nowhere", " sandbox"] });
    expect(answer.text).toBe("This is the");
    expect(answer.finish).toBe("stop");
  });

  it("calls the first tool where one is required", () => {
    const answer = answerChat({ ...question, tools, toolChoice: "required" });
    expect(answer.call).toEqual({ name: "first", arguments: "{}" });
    expect(answer.finish).toBe("tool_calls");
  });

  it("calls the tool that is named, with arguments that fit", () => {
    const answer = answerChat({ ...question, tools, toolChoice: "weather" });
    expect(answer.call).toEqual({ name: "weather", arguments: '{"city":"sandbox"}' });
  });

  it("calls no tool where it is free to choose", () => {
    expect(answerChat({ ...question, tools }).call).toBeUndefined();
  });

  it("answers in JSON when asked", () => {
    expect(JSON.parse(answerChat({ ...question, format: "json" }).text)).toMatchObject({
      provider: "openai",
      message: "Hello there",
    });
  });

  it("answers with an example of a schema", () => {
    const format = { type: "object", properties: { n: { type: "integer" } } };
    expect(answerChat({ ...question, format }).text).toBe('{"n":1}');
  });
});
