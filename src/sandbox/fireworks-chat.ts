import type { JsonObject } from "../domain/json.ts";
import { answerChat, type ChatAnswer } from "./answer-chat.ts";
import { completionDeltas, completionMessage, dataFrame, doneFrame } from "./chat-completion.ts";
import { fireworksError } from "./fireworks-errors.ts";
import { readChat } from "./read-chat.ts";
import { asList, asText } from "./read-json.ts";
import type { Answer, VendorContext, Visit } from "./vendor.ts";

/** Answers POST /chat/completions. Fields that it does not know it ignores. */
export async function fireworksChat(
  context: VendorContext,
  visit: Visit,
  body: JsonObject,
): Promise<Answer> {
  if (asList(body["messages"]).length === 0) {
    return fireworksError(400, "The field messages is required.");
  }
  const effort = body["reasoning_effort"];
  if (effort === "minimal") return fireworksError(400, "Invalid value for reasoning_effort.");
  const streamed = body["stream"] === true;
  const effect = visit.order.effect?.kind;
  if (effect === "fail_late" && !streamed) {
    await context.clock.sleep(1000, visit.signal);
    return fireworksError(500);
  }
  const model = asText(body["model"]) ?? "";
  const answer = answerChat(readChat(body, "fireworks", model));
  const isSilent = effect === "empty" || effect === "refuse";
  const meant = isSilent ? { ...answer, text: "", call: undefined } : answer;
  // What the filter holds back is an answer without words.
  const finish = effect === "refuse" ? "content_filter" : meant.finish;
  const common = {
    id: context.newId(32),
    created: Math.floor(context.clock.now() / 1000),
    model,
  };
  if (streamed) return { kind: "stream", frames: stream(context, visit, common, meant, finish) };
  const message = completionMessage(meant, `call_${context.newId(24)}`);
  const value = {
    ...common,
    object: "chat.completion",
    choices: [{ index: 0, message, finish_reason: finish }],
    usage: usage(meant),
  };
  const headers = {
    "fireworks-prompt-tokens": String(meant.inputTokens),
    "fireworks-cached-prompt-tokens": "0",
    "fireworks-server-time-to-first-token": "0.012",
  };
  return { kind: "json", status: 200, headers, value };
}

/** Usage is in the chunk that has the finish reason, asked for or not. */
async function* stream(
  context: VendorContext,
  visit: Visit,
  common: JsonObject,
  answer: ChatAnswer,
  finish: string,
): AsyncGenerator<string> {
  const chunk = (delta: JsonObject, reason: string | null, more: JsonObject = {}): string =>
    dataFrame({
      ...common,
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta, finish_reason: reason }],
      ...more,
    });
  const deltas = completionDeltas(answer, `call_${context.newId(24)}`);
  for (const [index, delta] of deltas.entries()) {
    yield chunk(delta, null);
    if (visit.order.effect?.kind === "fail_late" && index === 2) {
      const failure = fireworksError(500);
      if (failure.kind === "json") yield dataFrame(failure.value as JsonObject);
      return;
    }
    await context.pace(visit.signal);
  }
  yield chunk({}, finish, { usage: usage(answer) });
  yield doneFrame;
}

function usage(answer: ChatAnswer): JsonObject {
  return {
    prompt_tokens: answer.inputTokens,
    total_tokens: answer.inputTokens + answer.outputTokens,
    completion_tokens: answer.outputTokens,
    prompt_tokens_details: { cached_tokens: 0 },
  };
}
