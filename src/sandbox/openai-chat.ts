import type { JsonObject } from "../domain/json.ts";
import { answerChat, type ChatAnswer } from "./answer-chat.ts";
import { completionDeltas, completionMessage, dataFrame, doneFrame } from "./chat-completion.ts";
import { checkOpenaiChat } from "./openai-chat-rules.ts";
import { badParameter, envelope, openaiError, openaiWords } from "./openai-errors.ts";
import { readChat } from "./read-chat.ts";
import { asObject, asText } from "./read-json.ts";
import type { Answer, Vendor, VendorContext, Visit } from "./vendor.ts";

/** Answers POST /chat/completions. */
export async function openaiChat(
  context: VendorContext,
  visit: Visit,
  headers: Readonly<Record<string, string>>,
  fail: Vendor["fail"],
): Promise<Answer> {
  const body = visit.body;
  if (body === undefined) return fail(400, visit, "We could not parse the JSON body.");
  const model = asText(body["model"]) ?? "";
  const problem = checkOpenaiChat(body);
  if (problem !== undefined) return openaiError(400, problem, headers);
  if (/unknown|missing/.test(model)) {
    const message = `The model \`${model}\` does not exist or you do not have access to it.`;
    return openaiError(404, badParameter("model", "model_not_found", message), headers);
  }
  const streamed = body["stream"] === true;
  const effect = visit.order.effect?.kind;
  if (effect === "fail_late" && !streamed) {
    await context.clock.sleep(1000, visit.signal);
    return fail(500, visit);
  }
  const answer = answerChat(readChat(body, "openai", model));
  const meant = effect === "empty" ? { ...answer, text: "", call: undefined } : answer;
  const common = {
    id: `chatcmpl-${context.newId(29)}`,
    created: Math.floor(context.clock.now() / 1000),
    model,
    service_tier: "default",
    system_fingerprint: null,
  };
  if (streamed) {
    return { kind: "stream", headers, frames: stream(context, visit, body, common, meant) };
  }
  const message =
    effect === "refuse"
      ? { role: "assistant", content: null, refusal }
      : { ...completionMessage(meant, `call_${context.newId(24)}`), refusal: null };
  const value = {
    ...common,
    object: "chat.completion",
    choices: [
      {
        index: 0,
        message: { ...message, annotations: [] },
        logprobs: null,
        finish_reason: effect === "refuse" ? "stop" : meant.finish,
      },
    ],
    usage: usage(meant),
  };
  return { kind: "json", status: 200, headers, value };
}

const refusal = "I'm sorry, but I can't help with that.";

function usage(answer: ChatAnswer): JsonObject {
  return {
    prompt_tokens: answer.inputTokens,
    completion_tokens: answer.outputTokens,
    total_tokens: answer.inputTokens + answer.outputTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** Chunks padded with "obfuscation"; "usage" is there only when asked for, null until its own last chunk. */
async function* stream(
  context: VendorContext,
  visit: Visit,
  body: JsonObject,
  common: JsonObject,
  answer: ChatAnswer,
): AsyncGenerator<string> {
  const options = asObject(body["stream_options"]);
  const counted = options?.["include_usage"] === true;
  const padded = options?.["include_obfuscation"] !== false;
  const chunk = (choices: readonly JsonObject[], counts: JsonObject | null): string =>
    dataFrame({
      ...common,
      object: "chat.completion.chunk",
      choices,
      ...(counted ? { usage: counts } : {}),
      ...(padded ? { obfuscation: context.newId(6) } : {}),
    });
  const piece = (delta: JsonObject, finish: string | null = null): string =>
    chunk([{ index: 0, delta, logprobs: null, finish_reason: finish }], null);

  const effect = visit.order.effect?.kind;
  const deltas =
    effect === "refuse"
      ? [{ role: "assistant", content: "", refusal: null }, { refusal }]
      : completionDeltas(answer, `call_${context.newId(24)}`);
  for (const [index, delta] of deltas.entries()) {
    yield piece(index === 0 ? { refusal: null, ...delta } : delta);
    if (effect === "fail_late" && index === 2) {
      yield dataFrame({ error: envelope(openaiWords(500)) });
      return;
    }
    await context.pace(visit.signal);
  }
  yield piece({}, effect === "refuse" ? "stop" : answer.finish);
  if (counted) yield chunk([], usage(answer));
  yield doneFrame;
}
