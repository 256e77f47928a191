import type { JsonObject } from "../domain/json.ts";
import { answerChat, type ChatAnswer, words } from "./answer-chat.ts";
import { completionMessage, dataFrame, doneFrame } from "./chat-completion.ts";
import { readChat } from "./read-chat.ts";
import { asList, asObject, asText, inWords } from "./read-json.ts";
import type { Answer, VendorContext, Visit } from "./vendor.ts";
import { unfitBody, unsupportedArgument, xaiError } from "./xai-errors.ts";

/** Answers POST /chat/completions. Models reason unless their name or the effort says no. */
export async function xaiChat(
  context: VendorContext,
  visit: Visit,
  body: JsonObject,
): Promise<Answer> {
  const model = asText(body["model"]) ?? "";
  const reasons = !model.includes("non-reasoning") && body["reasoning_effort"] !== "none";
  const wrong = checkFields(body, model);
  if (wrong !== undefined) return wrong;
  const streamed = body["stream"] === true;
  const effect = visit.order.effect?.kind;
  if (effect === "refuse") {
    const message = `Content violates usage guidelines. Team: sandbox, Model: ${model}, Failed check: SAFETY_CHECK_TYPE_BIO`;
    return xaiError(403, message);
  }
  if (effect === "fail_late" && !streamed) {
    await context.clock.sleep(1000, visit.signal);
    return xaiError(500);
  }
  // A stream that no model takes up begins with 200 and is none.
  if (effect === "empty" && streamed) {
    const answer = xaiError(503, "Timed out waiting for first token");
    return answer.kind === "json" ? { ...answer, status: 200 } : answer;
  }
  const answer = answerChat(readChat(body, "xai", model));
  const meant = effect === "empty" ? { ...answer, text: "", call: undefined } : answer;
  const common = {
    id: [8, 4, 4, 4, 12].map(context.newId).join("-"),
    created: Math.floor(context.clock.now() / 1000),
    model,
    system_fingerprint: "fp_sandbox",
  };
  if (streamed) {
    return { kind: "stream", frames: stream(context, visit, body, common, meant, reasons) };
  }
  const message = completionMessage(meant, `call_${context.newId(8)}`);
  const value = {
    ...common,
    object: "chat.completion",
    choices: [
      {
        index: 0,
        finish_reason: meant.finish,
        message: {
          ...message,
          ...(reasons && effect !== "empty" ? { reasoning_content: thought } : {}),
          refusal: null,
        },
      },
    ],
    usage: usage(meant, reasons),
  };
  return { kind: "json", status: 200, value };
}

const thought = "This is the sandbox: there is nothing to think about.";

function checkFields(body: JsonObject, model: string): Answer | undefined {
  if (asList(body["messages"]).length === 0) return unfitBody("missing field `messages`");
  if (/image/.test(model)) {
    return xaiError(400, `The model ${model} is not served at this endpoint.`);
  }
  if (!model.includes("non-reasoning")) {
    for (const name of ["stop", "presence_penalty", "frequency_penalty"]) {
      if (body[name] !== undefined) return unsupportedArgument(name, true);
    }
  }
  const effort = body["reasoning_effort"];
  if (effort === undefined) return undefined;
  if (/^grok-4\.20(?:-\d{4})?-(?:non-)?reasoning$/.test(model)) {
    return unsupportedArgument("reasoning_effort", true);
  }
  const known = ["none", "low", "medium", "high", "xhigh"].includes(inWords(effort));
  return known ? undefined : xaiError(400, "Invalid reasoning effort.");
}

/**
 * No finish reason until there is one; the role in the first delta only; a tool call
 * whole in one; usage in a chunk of its own, when asked for.
 */
async function* stream(
  context: VendorContext,
  visit: Visit,
  body: JsonObject,
  common: JsonObject,
  answer: ChatAnswer,
  reasons: boolean,
): AsyncGenerator<string> {
  const chunk = (choices: readonly JsonObject[], more: JsonObject = {}): string =>
    dataFrame({ ...common, object: "chat.completion.chunk", choices, ...more });
  const deltas = [
    ...(reasons ? words(thought).map((word) => ({ reasoning_content: word })) : []),
    ...(answer.call === undefined
      ? words(answer.text).map((content) => ({ content }))
      : [toolCallDelta(answer, context)]),
  ];
  for (const [index, delta] of deltas.entries()) {
    yield chunk([{ index: 0, delta: index === 0 ? { ...delta, role: "assistant" } : delta }]);
    if (visit.order.effect?.kind === "fail_late" && index === deltas.length - 2) {
      yield dataFrame({ code: "Internal error", error: "The engine failed." });
      return;
    }
    await context.pace(visit.signal);
  }
  yield chunk([{ index: 0, delta: {}, finish_reason: answer.finish }]);
  if (asObject(body["stream_options"])?.["include_usage"] === true) {
    yield chunk([], { usage: usage(answer, reasons) });
  }
  yield doneFrame;
}

function toolCallDelta({ call }: ChatAnswer, { newId }: VendorContext): JsonObject {
  const calls = [{ index: 0, id: `call_${newId(8)}`, type: "function", function: { ...call } }];
  return { content: null, tool_calls: calls };
}

/** Reasoning counts beside the answer's tokens. Prices are those of Grok 4.3. */
function usage(answer: ChatAnswer, reasons: boolean): JsonObject {
  const { inputTokens, outputTokens } = answer;
  const reasoning = reasons ? words(thought).length : 0;
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens + reasoning,
    prompt_tokens_details: {
      text_tokens: inputTokens,
      audio_tokens: 0,
      image_tokens: 0,
      cached_tokens: 0,
    },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
    num_sources_used: 0,
    cost_in_usd_ticks: inputTokens * 12_500 + (outputTokens + reasoning) * 25_000,
  };
}
