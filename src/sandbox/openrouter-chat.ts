import type { JsonObject } from "../domain/json.ts";
import { answerChat, type ChatAnswer } from "./answer-chat.ts";
import { completionDeltas, completionMessage, dataFrame, doneFrame } from "./chat-completion.ts";
import { drawPicture } from "./draw-picture.ts";
import { openrouterError } from "./openrouter-errors.ts";
import { readChat } from "./read-chat.ts";
import { asList, asText } from "./read-json.ts";
import type { Answer, Vendor, VendorContext, Visit } from "./vendor.ts";

/** Answers POST /chat/completions. Models that draw do so when `modalities` asks for it. */
export async function openrouterChat(
  context: VendorContext,
  visit: Visit,
  fail: Vendor["fail"],
): Promise<Answer> {
  const body = visit.body;
  if (body === undefined) return fail(400, visit, "Invalid JSON body");
  if (asList(body["messages"]).length === 0) {
    return fail(400, visit, 'Input required: specify "prompt" or "messages"');
  }
  const model = asText(body["model"]) ?? "";
  const effect = visit.order.effect?.kind;
  if (effect === "refuse") {
    return openrouterError(403, "Input was flagged by moderation", {
      reasons: ["violence"],
      flagged_input: "sandbox",
      provider_name: "OpenAI",
      model_slug: model,
    });
  }
  const streamed = body["stream"] === true;
  if (effect === "fail_late" && !streamed) {
    await context.clock.sleep(1000, visit.signal);
    return fail(500, visit);
  }
  const question = readChat(body, "openrouter", model);
  const answer = answerChat(question);
  const meant = effect === "empty" ? { ...answer, text: "", call: undefined } : answer;
  const images =
    asList(body["modalities"]).includes("image") && effect !== "empty"
      ? { images: await draw(question.lastText, model) }
      : {};
  const id = `gen-${Math.floor(context.clock.now() / 1000)}-${context.newId(20)}`;
  const common = {
    id,
    provider: "Sandbox",
    model,
    created: Math.floor(context.clock.now() / 1000),
  };
  const headers = { "x-generation-id": id };
  if (streamed) {
    return { kind: "stream", headers, frames: stream(context, visit, common, meant, images) };
  }
  const value = {
    ...common,
    object: "chat.completion",
    system_fingerprint: null,
    choices: [
      {
        index: 0,
        logprobs: null,
        finish_reason: meant.finish,
        native_finish_reason: meant.finish,
        message: {
          ...completionMessage(meant, `call_${context.newId(24)}`),
          refusal: null,
          reasoning: null,
          ...images,
        },
      },
    ],
    usage: usage(meant),
  };
  return { kind: "json", status: 200, headers, value };
}

/** Keep-alive comments first; usage, which is always told, in a chunk without choices; then [DONE]. */
async function* stream(
  context: VendorContext,
  visit: Visit,
  common: JsonObject,
  answer: ChatAnswer,
  images: JsonObject,
): AsyncGenerator<string> {
  const piece = (delta: JsonObject, finish: string | null = null): string =>
    chunk([
      {
        index: 0,
        delta: { role: "assistant", ...delta },
        finish_reason: finish,
        native_finish_reason: finish,
        logprobs: null,
      },
    ]);
  const chunk = (choices: readonly JsonObject[], more: JsonObject = {}): string =>
    dataFrame({ ...common, object: "chat.completion.chunk", choices, ...more });

  yield ": OPENROUTER PROCESSING\n\n";
  const deltas = completionDeltas(answer, `call_${context.newId(24)}`);
  for (const [index, delta] of deltas.entries()) {
    yield piece(delta);
    if (visit.order.effect?.kind === "fail_late" && index === 2) {
      yield chunk([{ index: 0, delta: { content: "" }, finish_reason: "error" }], {
        error: {
          code: 502,
          message: "Provider disconnected",
          metadata: { error_type: "provider_unavailable", provider_code: "upstream_reset" },
        },
      });
      return;
    }
    await context.pace(visit.signal);
  }
  if (images["images"] !== undefined) yield piece({ content: "", ...images });
  yield piece({ content: "" }, answer.finish);
  yield chunk([], { usage: usage(answer) });
  yield doneFrame;
}

async function draw(prompt: string, model: string): Promise<readonly JsonObject[]> {
  const bytes = await drawPicture({
    prompt,
    provider: "openrouter",
    model,
    width: 1024,
    height: 1024,
    format: "png",
  });
  const url = `data:image/png;base64,${bytes.toString("base64")}`;
  return [{ type: "image_url", index: 0, image_url: { url } }];
}

/** A million tokens cost a dollar to read and two to write. */
function usage(answer: ChatAnswer): JsonObject {
  const read = answer.inputTokens / 1e6;
  const written = (answer.outputTokens * 2) / 1e6;
  return {
    prompt_tokens: answer.inputTokens,
    completion_tokens: answer.outputTokens,
    total_tokens: answer.inputTokens + answer.outputTokens,
    cost: read + written,
    is_byok: false,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0 },
    cost_details: {
      upstream_inference_cost: null,
      upstream_inference_prompt_cost: read,
      upstream_inference_completions_cost: written,
    },
  };
}
