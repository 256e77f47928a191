import type { Failure } from "../../domain/failure.ts";
import type { JsonObject, JsonValue } from "../../domain/json.ts";
import type { StreamStep } from "../outcome.ts";
import type { StreamReader } from "../provider.ts";
import type { StreamEvent } from "../reply.ts";
import { streamFailure, unfinishedStream } from "./http-failure.ts";
import {
  type AnswerFacts,
  eventFailure,
  eventReply,
  type OpenAiAnswers,
} from "./openai-answers.ts";
import { drewIn, factsOf, finishChat, reasoningOf, textOf } from "./openai-chat-answer.ts";
import { asArray, asCount, asObject, asText, at } from "./read-json.ts";

/**
 * Reads a stream of `chat.completion.chunk`s. What ends it well is a
 * `finish_reason`: "[DONE]" proves nothing, since servers send it after errors too,
 * and some never send it (2026-11-21). Usage may come in any chunk; the last counts.
 */
export function readChatStream(answers: OpenAiAnswers): StreamReader {
  const toolCalls: { id: string; name: string; arguments: string }[] = [];
  const places = new Map<number, number>();
  let text = "";
  let reasoning = "";
  let refusal = "";
  let drew = false;
  let finish: string | undefined;
  let facts: AnswerFacts = { usage: {} };
  let failure: Failure | undefined;

  function fail(cause: Failure): readonly StreamStep[] {
    failure = cause;
    return [{ kind: "failed", failure: cause }];
  }

  function readDelta(delta: JsonObject): readonly StreamStep[] {
    const steps: StreamStep[] = [];
    const thought = reasoningOf(delta);
    if (thought !== "") {
      reasoning += thought;
      steps.push({ kind: "output", event: { kind: "reasoning", text: thought } });
    }
    const piece = textOf(delta["content"]);
    if (piece !== "") {
      text += piece;
      steps.push({ kind: "output", event: { kind: "text", text: piece } });
    }
    refusal += asText(delta["refusal"]) ?? "";
    drew ||= drewIn(delta);
    for (const [position, call] of asArray(delta["tool_calls"]).entries()) {
      steps.push(readToolCallDelta(call, position));
    }
    return steps;
  }

  function readToolCallDelta(call: JsonValue, position: number): StreamStep {
    const wireIndex = asCount(at(call, "index")) ?? position;
    const wireId = asText(at(call, "id"));
    const name = asText(at(call, "function", "name")) ?? "";
    const piece = asText(at(call, "function", "arguments")) ?? "";
    const place = places.get(wireIndex);
    const known = place === undefined ? undefined : toolCalls[place];
    // Some servers number every call 0 and tell them apart by id.
    if (place !== undefined && known && (wireId === undefined || wireId === known.id)) {
      known.arguments += piece;
      return { kind: "output", event: { kind: "tool_call", index: place, arguments: piece } };
    }
    const index = toolCalls.length;
    const id = wireId ?? `call_${index}`;
    places.set(wireIndex, index);
    toolCalls.push({ id, name, arguments: piece });
    return { kind: "output", event: { kind: "tool_call", index, id, name, arguments: piece } };
  }

  function readFacts(data: JsonObject): void {
    const counted = asObject(data["usage"]) !== undefined;
    if (!counted && facts.upstreamId !== undefined) return;
    const said = factsOf(data, answers);
    facts = {
      usage: counted ? said.usage : facts.usage,
      cost: said.cost ?? facts.cost,
      upstreamId: facts.upstreamId ?? said.upstreamId,
      upstreamModel: facts.upstreamModel ?? said.upstreamModel,
    };
  }

  return {
    requestIdHeaders: answers.requestIdHeaders,
    read(event: StreamEvent) {
      if (failure !== undefined) return [];
      const data = asObject(event.data);
      if (data === undefined) return readText(event);
      const choice = asObject(asArray(data["choices"])[0]);
      const told =
        eventFailure(event, data, answers) ??
        (choice && answers.embeddedFailure(choice, eventReply));
      if (told !== undefined) return fail(told);
      readFacts(data);
      finish = asText(choice?.["finish_reason"]) ?? finish;
      const delta = asObject(choice?.["delta"]);
      return delta === undefined ? [] : readDelta(delta);
    },
    end() {
      if (failure !== undefined) return { kind: "failed", failure };
      if (finish === undefined) return { kind: "failed", failure: unfinishedStream() };
      return finishChat({ text, reasoning, refusal, toolCalls, drew, finish }, facts, eventReply);
    },
  };

  /** Text that is no JSON: the end mark, a plain error, or a chunk that was cut. */
  function readText(event: StreamEvent): readonly StreamStep[] {
    const said = event.text?.trim() ?? "";
    if (event.name !== "error" && (said === "" || said === "[DONE]")) return [];
    const message = "The provider sent an event that is not JSON";
    return fail(streamFailure({ class: "server_fault", message, detail: said }));
  }
}
