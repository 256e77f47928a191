import type { JsonObject } from "../domain/json.ts";
import { answerChat, type ChatAnswer } from "./answer-chat.ts";
import { completionDeltas, completionMessage, dataFrame, doneFrame } from "./chat-completion.ts";
import type { CompatibleWork } from "./compatible-work.ts";
import { readChat } from "./read-chat.ts";
import { asList, asObject, asText } from "./read-json.ts";
import type { Answer } from "./vendor.ts";

/** Answers POST /chat/completions. */
export async function compatibleChat(work: CompatibleWork): Promise<Answer> {
  const { context, manner, visit, fail, body } = work;
  if (asList(body["messages"]).length === 0)
    return fail(manner.unfitStatus, visit, "Field required: messages");
  const effect = visit.order.effect?.kind;
  const streamed = body["stream"] === true;
  if (effect === "refuse") return fail(400, visit, "The prompt was blocked by content_policy.");
  if (effect === "fail_late" && !streamed) {
    await context.clock.sleep(1000, visit.signal);
    return fail(500, visit);
  }
  const model = asText(body["model"]) ?? "";
  const answer = answerChat(readChat(body, manner.slug, model));
  const meant = effect === "empty" ? { ...answer, text: "", call: undefined } : answer;
  const common = {
    id: `chatcmpl-${context.newId(32)}`,
    created: Math.floor(context.clock.now() / 1000),
    model,
  };
  if (streamed) return { kind: "stream", frames: stream(work, common, meant) };
  const message = completionMessage(meant, `chatcmpl-tool-${context.newId(16)}`);
  const value = {
    ...common,
    object: "chat.completion",
    choices: [
      { index: 0, message, logprobs: null, finish_reason: meant.finish, ...manner.chat.beside },
    ],
    usage: manner.chat.usage(meant),
  };
  return { kind: "json", status: 200, value };
}

/** [DONE] comes after an error, too. */
async function* stream(
  { context, manner, visit, body }: CompatibleWork,
  common: JsonObject,
  answer: ChatAnswer,
): AsyncGenerator<string> {
  const chunk = (choices: readonly JsonObject[], more: JsonObject = {}): string =>
    dataFrame({ ...common, object: "chat.completion.chunk", choices, ...more });
  const deltas = completionDeltas(answer, `chatcmpl-tool-${context.newId(16)}`);
  for (const [index, delta] of deltas.entries()) {
    yield chunk([{ index: 0, delta, logprobs: null, finish_reason: null }]);
    if (visit.order.effect?.kind === "fail_late" && index === 2) {
      yield dataFrame(manner.chat.brokenOff);
      yield doneFrame;
      return;
    }
    await context.pace(visit.signal);
  }
  const last = { index: 0, delta: { content: "" }, logprobs: null, finish_reason: answer.finish };
  const usage = { usage: manner.chat.usage(answer) };
  if (manner.chat.countsAtTheEnd) yield chunk([last], usage);
  else {
    yield chunk([last]);
    if (asObject(body["stream_options"])?.["include_usage"] === true) yield chunk([], usage);
  }
  yield doneFrame;
}
