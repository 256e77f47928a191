import type { JsonObject } from "../domain/json.ts";
import { exampleOfSchema } from "./example-of-schema.ts";

/** A conversation, freed of its vendor's wording. */
export interface ChatQuestion {
  readonly provider: string;
  readonly model: string;
  /** Every text that the model would read. */
  readonly texts: readonly string[];
  /** What the user said last. */
  readonly lastText: string;
  /** How many images it has. */
  readonly images: number;
  readonly tools: readonly ChatTool[];
  /** "required", "none", "auto", or the name of the tool that must be called. */
  readonly toolChoice: string;
  readonly format: "text" | "json" | JsonObject;
  /** Words, in place of tokens. Undefined means no limit. */
  readonly maxTokens?: number | undefined;
  readonly stop: readonly string[];
}

/** A tool that may be called. */
export interface ChatTool {
  readonly name: string;
  readonly parameters: JsonObject | undefined;
}

/** An answer, freed of its vendor's wording. */
export interface ChatAnswer {
  /** Empty when a tool is called. */
  readonly text: string;
  /** The tool that is called, with its arguments as JSON text. */
  readonly call?: { readonly name: string; readonly arguments: string } | undefined;
  readonly finish: "stop" | "length" | "tool_calls";
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What an image counts as, in tokens. */
const imageTokens = 85;

/**
 * Answers a conversation, the same one always the same way: it repeats what was
 * said last and names the provider and the model. Where a tool must be called
 * it calls it, with arguments made up from its schema; where JSON is wanted it
 * makes up an example. A word counts as a token.
 */
export function answerChat(question: ChatQuestion): ChatAnswer {
  const inputTokens = Math.max(
    1,
    question.texts.reduce((sum, text) => sum + words(text).length, 0) +
      imageTokens * question.images,
  );
  const tool = wantedTool(question);
  if (tool !== undefined) {
    const call = {
      name: tool.name,
      arguments: JSON.stringify(exampleOfSchema(tool.parameters ?? { type: "object" })),
    };
    return { text: "", call, finish: "tool_calls", inputTokens, outputTokens: 12 };
  }
  const stopped = cutAtStop(wording(question), question.stop);
  const pieces = words(stopped);
  const limit = question.maxTokens ?? Number.POSITIVE_INFINITY;
  const long = pieces.length > limit;
  return {
    text: long ? pieces.slice(0, limit).join("").trimEnd() : stopped,
    finish: long ? "length" : "stop",
    inputTokens,
    outputTokens: Math.min(pieces.length, limit),
  };
}

/** A text cut before each word; joined, the pieces are the text again. */
export function words(text: string): readonly string[] {
  return text.match(/\S+\s*/g) ?? [];
}

function wording(question: ChatQuestion): string {
  const { format } = question;
  if (format === "json") {
    return JSON.stringify({
      sandbox: true,
      provider: question.provider,
      model: question.model,
      message: question.lastText,
    });
  }
  if (typeof format === "object") return JSON.stringify(exampleOfSchema(format));
  const seen =
    question.images === 0
      ? ""
      : ` You sent ${question.images} ${question.images === 1 ? "image" : "images"}.`;
  return `This is the sandbox, in the place of ${question.provider} with the model ${question.model}.${seen} You said: ${question.lastText}`;
}

function wantedTool(question: ChatQuestion): ChatTool | undefined {
  if (question.toolChoice === "auto" || question.toolChoice === "none") return undefined;
  if (question.toolChoice === "required") return question.tools[0];
  return question.tools.find(({ name }) => name === question.toolChoice);
}

function cutAtStop(text: string, stops: readonly string[]): string {
  let end = text.length;
  for (const stop of stops) {
    const found = stop === "" ? -1 : text.indexOf(stop);
    if (found !== -1 && found < end) end = found;
  }
  return text.slice(0, end);
}
