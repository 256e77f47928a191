import type { JsonObject, JsonValue } from "../../domain/json.ts";
import type { FinishReason } from "../../domain/output.ts";
import type { ToolCall } from "../../domain/task.ts";
import type { Outcome } from "../outcome.ts";
import type { Reply } from "../reply.ts";
import {
  type FailedReply,
  type FailureCause,
  httpFailure,
  malformedReply,
} from "./http-failure.ts";
import { type AnswerFacts, type OpenAiAnswers, requestIdOf } from "./openai-answers.ts";
import { readUsage } from "./openai-usage.ts";
import { asArray, asNumber, asObject, asText, at, objectBody } from "./read-json.ts";

/** What a whole answer to `POST /chat/completions` means. */
export function chatResult(reply: Reply, answers: OpenAiAnswers): Outcome {
  const requestId = requestIdOf(reply.headers, answers);
  const body = objectBody(reply);
  if (body === undefined) {
    const what = "The provider's answer is not a JSON object";
    return { kind: "failed", failure: malformedReply(reply, what, requestId) };
  }
  const choice = asObject(at(body, "choices", 0));
  const failure =
    answers.embeddedFailure(body, reply) ?? (choice && answers.embeddedFailure(choice, reply));
  if (failure !== undefined) return { kind: "failed", failure };
  const message = asObject(choice?.["message"]);
  const facts = { ...factsOf(body, answers), requestId };
  if (choice === undefined || message === undefined) {
    const what = "The provider's answer has no message in it";
    const { cost } = facts;
    return { kind: "failed", failure: { ...malformedReply(reply, what, requestId), cost } };
  }
  return finishChat(
    {
      text: textOf(message["content"]),
      reasoning: reasoningOf(message),
      refusal: asText(message["refusal"]) ?? "",
      toolCalls: asArray(message["tool_calls"]).map(readToolCall),
      drew: drewIn(message),
      finish: asText(choice["finish_reason"]),
    },
    facts,
    reply,
  );
}

/** What a chat answer consists of, read whole or gathered from a stream. */
export interface ChatAnswer {
  readonly text: string;
  readonly reasoning: string;
  /** The words with which the model itself refused. Empty when it did not. */
  readonly refusal: string;
  readonly toolCalls: readonly ToolCall[];
  /** Whether there was a picture, for which a chat has no place. */
  readonly drew: boolean;
  /** As the provider words it. Undefined when it does not say. */
  readonly finish: string | undefined;
}

/**
 * What a finished answer amounts to. A refusal under 200 is a refusal, and so is a
 * filter that let nothing through; what it let through is an answer. A picture in
 * place of words shows that the model is none to talk with. An answer without anything
 * in it is a fault, unless the limit of tokens explains it. A failure costs what the
 * provider says that the answer does.
 */
export function finishChat(answer: ChatAnswer, facts: AnswerFacts, reply: FailedReply): Outcome {
  const { text, reasoning, refusal, toolCalls, drew, finish } = answer;
  const { requestId, cost } = facts;
  const empty = text === "" && toolCalls.length === 0;
  const failed = (cause: FailureCause): Outcome => ({
    kind: "failed",
    failure: httpFailure(reply, { ...cause, requestId, cost }),
  });
  if (refusal !== "") return failed({ class: "refused", detail: refusal });
  if (finish === "error" || finish === "abort") {
    const message = "The provider broke off its answer";
    return failed({ class: "server_fault", code: finish, message });
  }
  if (empty && finish === "content_filter") return failed({ class: "refused", code: finish });
  if (empty && drew) {
    const message = "The model drew where words were asked for";
    return failed({ class: "unsupported_here", message, billed: true });
  }
  if (empty && finish !== "length" && reasoning === "") {
    return failed({ class: "server_fault", message: "The provider's answer is empty" });
  }
  if (toolCalls.some((call) => call.name === "")) {
    const message = "The provider's answer calls a tool without naming it";
    return failed({ class: "server_fault", message });
  }
  const finishReason = finishReasons.get(finish ?? "") ?? "unspecified";
  return {
    kind: "done",
    output: { kind: "chat", text, toolCalls, finishReason, reasoning },
    ...facts,
  };
}

/** What a body or a chunk says of itself: usage, cost, id and model. */
export function factsOf(body: JsonObject, answers: OpenAiAnswers): AnswerFacts {
  const usage = asObject(body["usage"]);
  return {
    usage: (usage && answers.usage?.(usage)) ?? readUsage(usage),
    cost: usage && answers.cost?.(usage),
    // Some servers number their answers.
    upstreamId: asText(body["id"]) ?? asNumber(body["id"])?.toString(),
    upstreamModel: asText(body["model"]),
  };
}

/** Whether a message or a delta has a picture in it: OpenRouter puts them beside the words (2026-11-21). */
export function drewIn(message: JsonObject): boolean {
  return asArray(message["images"]).length > 0;
}

/** The reasoning of a message or a delta: vLLM has had both names. */
export function reasoningOf(message: JsonObject): string {
  return asText(message["reasoning"]) ?? asText(message["reasoning_content"]) ?? "";
}

/** Content is a text, a list of text parts, or null. */
export function textOf(content: JsonValue | undefined): string {
  if (typeof content === "string") return content;
  return asArray(content)
    .map((part) => asText(at(part, "text")) ?? "")
    .join("");
}

function readToolCall(value: JsonValue, index: number): ToolCall {
  const given = at(value, "function", "arguments");
  return {
    id: asText(at(value, "id")) ?? `call_${index}`,
    name: asText(at(value, "function", "name")) ?? "",
    arguments: asText(given) ?? JSON.stringify(asObject(given) ?? {}),
  };
}

/** `function_call` is the word of old servers, `eos_token` that of text-generation-inference. */
const finishReasons: ReadonlyMap<string, FinishReason> = new Map([
  ["stop", "stop"],
  ["eos_token", "stop"],
  ["stop_sequence", "stop"],
  ["length", "length"],
  ["tool_calls", "tool_calls"],
  ["function_call", "tool_calls"],
  ["content_filter", "content_filter"],
]);
