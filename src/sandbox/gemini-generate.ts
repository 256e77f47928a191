import type { JsonObject } from "../domain/json.ts";
import { answerChat, type ChatAnswer, words } from "./answer-chat.ts";
import { drawPicture } from "./draw-picture.ts";
import { googleError, googleHeaders, googleStatus } from "./gemini-errors.ts";
import type { GeminiRequest } from "./gemini-request.ts";
import { sizeForRatio } from "./picture-size.ts";
import type { Answer, VendorContext, Visit } from "./vendor.ts";

type Request = Extract<GeminiRequest, { kind: "good" }>;

/** Answers generateContent and, in Google's framing, streamGenerateContent. */
export async function geminiGenerate(
  context: VendorContext,
  visit: Visit,
  model: string,
  request: Request,
): Promise<Answer> {
  const effect = visit.order.effect?.kind;
  const streamed = visit.path.endsWith(":streamGenerateContent");
  if (effect === "fail_late" && !streamed) {
    await context.clock.sleep(1000, visit.signal);
    return googleError(500);
  }
  const answer = answerChat(request.question);
  const common = { modelVersion: model, responseId: context.newId(20) };
  const contentType = "application/json; charset=UTF-8";
  if (!streamed) {
    const value = { ...(await whole(context, visit, request, answer)), ...common };
    return { kind: "json", status: 200, contentType, headers: googleHeaders, value };
  }
  const chunks = stream(context, visit, request, answer);
  // Without alt=sse the same objects come as one JSON list, bit by bit.
  const sse = visit.query.get("alt") === "sse";
  return {
    kind: "stream",
    headers: { ...googleHeaders, "content-type": sse ? "text/event-stream" : contentType },
    frames: sse ? eventFrames(chunks, common) : listFrames(chunks, common),
  };
}

async function whole(
  context: VendorContext,
  visit: Visit,
  request: Request,
  answer: ChatAnswer,
): Promise<JsonObject> {
  const special = specialAnswer(visit, request, answer);
  if (special !== undefined) return special;
  const parts = request.draws
    ? [await imagePart(context, request)]
    : [answer.call === undefined ? { text: answer.text } : callPart(answer)];
  return {
    candidates: [candidate(parts, request.draws ? "STOP" : finishOf(answer))],
    usageMetadata: usage(request, answer),
  };
}

/** Refusals and empty successes: both are HTTP 200. */
function specialAnswer(visit: Visit, request: Request, answer: ChatAnswer): JsonObject | undefined {
  const { inputTokens } = answer;
  const usageMetadata = { promptTokenCount: inputTokens, totalTokenCount: inputTokens };
  switch (visit.order.effect?.kind) {
    case "refuse":
      return request.draws
        ? {
            candidates: [
              {
                content: {},
                finishReason: "IMAGE_SAFETY",
                index: 0,
                finishMessage: "The picture was withheld by the safety filter.",
              },
            ],
            usageMetadata,
          }
        : { promptFeedback: { blockReason: "PROHIBITED_CONTENT" }, usageMetadata };
    case "empty":
      return {
        candidates: [{ content: {}, finishReason: request.draws ? "NO_IMAGE" : "STOP", index: 0 }],
        usageMetadata,
      };
    default:
      return undefined;
  }
}

async function* stream(
  context: VendorContext,
  visit: Visit,
  request: Request,
  answer: ChatAnswer,
): AsyncGenerator<JsonObject> {
  const special = specialAnswer(visit, request, answer);
  if (special !== undefined) return yield special;
  const { inputTokens } = answer;
  const soFar = { promptTokenCount: inputTokens, totalTokenCount: inputTokens };
  const texts = request.draws ? ["Sketching the picture. "] : words(answer.text);
  for (const [index, text] of texts.entries()) {
    yield { candidates: [candidate([{ text }])], usageMetadata: soFar };
    await context.pace(visit.signal);
    if (index === 1) break;
  }
  if (visit.order.effect?.kind === "fail_late") {
    yield { error: googleStatus(503) };
    return;
  }
  for (const text of texts.slice(2)) {
    yield { candidates: [candidate([{ text }])], usageMetadata: soFar };
    await context.pace(visit.signal);
  }
  if (request.draws) {
    yield { candidates: [candidate([await imagePart(context, request)])], usageMetadata: soFar };
  }
  if (answer.call !== undefined && !request.draws) {
    yield { candidates: [candidate([callPart(answer)])], usageMetadata: soFar };
  }
  yield {
    candidates: [candidate([{ text: "" }], request.draws ? "STOP" : finishOf(answer))],
    usageMetadata: usage(request, answer),
  };
}

/** Lines end with CRLF; there are no event names, no comments and no [DONE]. */
async function* eventFrames(
  chunks: AsyncIterable<JsonObject>,
  common: JsonObject,
): AsyncGenerator<string> {
  for await (const chunk of chunks) {
    const value = chunk["error"] === undefined ? { ...chunk, ...common } : chunk;
    yield `data: ${JSON.stringify(value)}\r\n\r\n`;
  }
}

async function* listFrames(
  chunks: AsyncIterable<JsonObject>,
  common: JsonObject,
): AsyncGenerator<string> {
  let before = "[";
  for await (const chunk of chunks) {
    yield before + JSON.stringify({ ...chunk, ...common });
    before = ",\r\n";
  }
  yield "]";
}

function candidate(parts: readonly JsonObject[], finishReason?: string): JsonObject {
  return {
    content: { parts, role: "model" },
    ...(finishReason === undefined ? {} : { finishReason }),
    index: 0,
  };
}

async function imagePart(context: VendorContext, request: Request): Promise<JsonObject> {
  const bytes = await drawPicture({
    prompt: request.question.lastText,
    provider: "gemini",
    model: request.question.model,
    ...sizeForRatio(request.aspectRatio, request.imageSize),
    format: "jpeg",
    variant: request.seed,
  });
  return {
    inlineData: { mimeType: "image/jpeg", data: bytes.toString("base64") },
    thoughtSignature: Buffer.from(context.newId(12)).toString("base64"),
  };
}

function callPart(answer: ChatAnswer): JsonObject {
  const { name, arguments: text } = answer.call ?? { name: "", arguments: "{}" };
  return { functionCall: { name, args: JSON.parse(text) as JsonObject } };
}

function finishOf(answer: ChatAnswer): string {
  return answer.finish === "length" ? "MAX_TOKENS" : "STOP";
}

function usage(request: Request, answer: ChatAnswer): JsonObject {
  const output = request.draws ? (request.imageSize === "4K" ? 2000 : 1120) : answer.outputTokens;
  return {
    promptTokenCount: answer.inputTokens,
    candidatesTokenCount: output,
    totalTokenCount: answer.inputTokens + output,
    promptTokensDetails: [{ modality: "TEXT", tokenCount: answer.inputTokens }],
    ...(request.draws
      ? { candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: output }] }
      : {}),
    serviceTier: "standard",
  };
}
