import type { JsonObject } from "../domain/json.ts";
import { type AlibabaWords, alibabaError, alibabaHeaders, alibabaWords } from "./alibaba-errors.ts";
import { answerChat, type ChatAnswer } from "./answer-chat.ts";
import { completionDeltas, completionMessage, dataFrame, doneFrame } from "./chat-completion.ts";
import { readChat } from "./read-chat.ts";
import { asList, asNumber, asObject, asText } from "./read-json.ts";
import type { Answer, VendorContext, Visit } from "./vendor.ts";

/** Answers POST /compatible-mode/v1/chat/completions. */
export async function alibabaChat(
  context: VendorContext,
  visit: Visit,
  body: JsonObject,
): Promise<Answer> {
  const requestId = context.newId(36);
  const complain = (status: number, [code, message]: AlibabaWords): Answer =>
    alibabaError(visit, status, [code, message], requestId);
  const model = asText(body["model"]) ?? "";
  if (model === "") return complain(400, ["invalid_parameter_error", "model is required."]);
  if (/unknown|missing/.test(model)) return complain(404, alibabaWords(visit, 404));
  const problem = problemOf(body, model);
  if (problem !== undefined) return complain(400, ["invalid_parameter_error", problem]);
  const effect = visit.order.effect?.kind;
  const streamed = body["stream"] === true;
  if (effect === "refuse") {
    const message = "Input data may contain inappropriate content.";
    return complain(400, ["data_inspection_failed", message]);
  }
  if (effect === "fail_late" && !streamed) {
    await context.clock.sleep(1000, visit.signal);
    return complain(500, alibabaWords(visit, 500));
  }
  const answer = answerChat(readChat(body, "alibaba", model));
  const meant = effect === "empty" ? { ...answer, text: "", call: undefined } : answer;
  const thought = body["enable_thinking"] === true && effect !== "empty" ? "A sandbox thinks." : "";
  const common = {
    id: `chatcmpl-${context.newId(36)}`,
    created: Math.floor(context.clock.now() / 1000),
    model,
  };
  const headers = alibabaHeaders(requestId);
  if (streamed) {
    const frames = stream(context, visit, { body, common, answer: meant, thought, requestId });
    return { kind: "stream", headers, frames };
  }
  const message = completionMessage(meant, `call_${context.newId(24)}`);
  const value = {
    ...common,
    object: "chat.completion",
    system_fingerprint: "",
    choices: [
      {
        index: 0,
        finish_reason: meant.finish,
        logprobs: null,
        message: { ...message, content: message["content"] ?? "", reasoning_content: thought },
      },
    ],
    usage: usage(meant),
  };
  return { kind: "json", status: 200, headers, value };
}

function problemOf(body: JsonObject, model: string): string | undefined {
  if (asList(body["messages"]).length === 0) {
    return "[] is too short - 'messages'";
  }
  const temperature = asNumber(body["temperature"]);
  if (temperature !== undefined && (temperature < 0 || temperature >= 2)) {
    return "'temperature' must be in [0.0, 2.0)";
  }
  const thinks = /^qwen3(\.\d+)?-\d+b/.test(model) && body["enable_thinking"] !== false;
  if (thinks && body["stream"] !== true) {
    return "parameter.enable_thinking must be set to false for non-streaming calls";
  }
  return undefined;
}

interface StreamedAnswer {
  readonly body: JsonObject;
  readonly common: JsonObject;
  readonly answer: ChatAnswer;
  readonly thought: string;
  readonly requestId: string;
}

/** Thoughts first; usage, when asked for, in a last chunk without choices. */
async function* stream(
  context: VendorContext,
  visit: Visit,
  { body, common, answer, thought, requestId }: StreamedAnswer,
): AsyncGenerator<string> {
  const chunk = (choices: readonly JsonObject[], counts: JsonObject | null = null): string =>
    dataFrame({
      ...common,
      object: "chat.completion.chunk",
      system_fingerprint: null,
      choices,
      usage: counts,
    });
  const piece = (delta: JsonObject, finish: string | null = null): string =>
    chunk([{ index: 0, delta, finish_reason: finish, logprobs: null }]);
  if (thought !== "") yield piece({ role: "assistant", content: null, reasoning_content: thought });
  const deltas = completionDeltas(answer, `call_${context.newId(24)}`);
  for (const [index, delta] of deltas.entries()) {
    yield piece(delta);
    if (visit.order.effect?.kind === "fail_late" && index === 2) {
      const [code, message] = alibabaWords(visit, 500);
      yield dataFrame({
        error: { message, type: code, param: null, code },
        request_id: requestId,
      });
      return;
    }
    await context.pace(visit.signal);
  }
  yield piece({ content: "" }, answer.finish);
  if (asObject(body["stream_options"])?.["include_usage"] === true) yield chunk([], usage(answer));
  yield doneFrame;
}

function usage(answer: ChatAnswer): JsonObject {
  return {
    prompt_tokens: answer.inputTokens,
    completion_tokens: answer.outputTokens,
    total_tokens: answer.inputTokens + answer.outputTokens,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0 },
  };
}
