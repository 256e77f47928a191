import type { JsonObject } from "../domain/json.ts";
import { answerChat, type ChatAnswer, words } from "./answer-chat.ts";
import { drawPicture } from "./draw-picture.ts";
import { googleError, googleHeaders, googleStatus } from "./gemini-errors.ts";
import type { GeminiRequest } from "./gemini-request.ts";
import { editNote, type InputImage, readInputImage } from "./input-image.ts";
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
  const plan = request.draws ? await planPicture(request) : undefined;
  if (plan === "unreadable") return googleError(400, "Unable to process input image.");
  const answer = answerChat(request.question);
  const common = {
    modelVersion: model,
    ...(request.api === "vertex"
      ? { createTime: new Date(context.clock.now()).toISOString() }
      : {}),
    responseId: context.newId(20),
  };
  const work: Work = { context, visit, request, answer, plan };
  const contentType = "application/json; charset=UTF-8";
  if (!streamed) {
    const value = { ...(await whole(work)), ...common };
    return { kind: "json", status: 200, contentType, headers: googleHeaders, value };
  }
  const chunks = stream(work);
  // Without alt=sse the same objects come as one JSON list, bit by bit.
  const sse = visit.query.get("alt") === "sse";
  return {
    kind: "stream",
    headers: { ...googleHeaders, "content-type": sse ? "text/event-stream" : contentType },
    frames: sse ? eventFrames(chunks, common) : listFrames(chunks, common),
  };
}

/** Counts the tokens of a body, a word as one. */
export function countTokens(body: JsonObject): Answer {
  const totalTokens = Math.max(1, JSON.stringify(body["contents"] ?? "").split(/\s+/).length);
  return { kind: "json", status: 200, headers: googleHeaders, value: { totalTokens } };
}

/** All that an answer is made of. */
interface Work {
  readonly context: VendorContext;
  readonly visit: Visit;
  readonly request: Request;
  readonly answer: ChatAnswer;
  /** Undefined for a chat. */
  readonly plan: PicturePlan | undefined;
}

interface PicturePlan {
  readonly width: number;
  readonly height: number;
  readonly note: string | undefined;
}

/** What is drawn: an edit has the shape of its first image unless it is told another one. */
async function planPicture(request: Request): Promise<PicturePlan | "unreadable"> {
  const { aspectRatio, imageSize } = request;
  const images: InputImage[] = [];
  for (const data of request.images) {
    const image = await readInputImage(Buffer.from(data, "base64"));
    if (image === undefined) return "unreadable";
    images.push(image);
  }
  const [first] = images;
  const shape = first === undefined ? "1:1" : `${first.width}:${first.height}`;
  return {
    ...sizeForRatio(aspectRatio ?? shape, imageSize),
    note: first === undefined ? undefined : editNote(images),
  };
}

async function whole(work: Work): Promise<JsonObject> {
  const { request, answer, plan } = work;
  const special = specialAnswer(work);
  if (special !== undefined) return special;
  const parts = plan
    ? [await imagePart(work, plan)]
    : [answer.call === undefined ? { text: answer.text } : callPart(answer)];
  return {
    candidates: [candidate(request, parts, request.draws ? "STOP" : finishOf(answer))],
    usageMetadata: usage(request, answer),
  };
}

/** Refusals and empty successes: both are HTTP 200. */
function specialAnswer({ visit, request, answer }: Work): JsonObject | undefined {
  const { inputTokens } = answer;
  const usageMetadata = {
    promptTokenCount: inputTokens,
    totalTokenCount: inputTokens,
    ...traffic(request),
  };
  const isVertex = request.api === "vertex";
  const content = isVertex ? { role: "model" } : {};
  switch (visit.order.effect?.kind) {
    case "refuse":
      return request.draws
        ? {
            candidates: [
              {
                content,
                finishReason: "IMAGE_SAFETY",
                ...indexOf(request),
                finishMessage: "The picture was withheld by the safety filter.",
              },
            ],
            usageMetadata,
          }
        : {
            promptFeedback: {
              blockReason: "PROHIBITED_CONTENT",
              ...(isVertex ? { blockReasonMessage: "The prompt was blocked by policy." } : {}),
            },
            usageMetadata,
          };
    case "empty":
      return {
        candidates: [
          {
            content,
            finishReason: request.draws ? "NO_IMAGE" : "STOP",
            ...indexOf(request),
          },
        ],
        usageMetadata,
      };
    default:
      return undefined;
  }
}

async function* stream(work: Work): AsyncGenerator<JsonObject> {
  const { context, visit, request, answer, plan } = work;
  const special = specialAnswer(work);
  if (special !== undefined) return yield special;
  const { inputTokens } = answer;
  const soFar =
    request.api === "vertex"
      ? traffic(request)
      : { promptTokenCount: inputTokens, totalTokenCount: inputTokens };
  const texts = request.draws ? ["Sketching the picture. "] : words(answer.text);
  for (const [index, text] of texts.entries()) {
    yield { candidates: [candidate(request, [{ text }])], usageMetadata: soFar };
    await context.pace(visit.signal);
    if (index === 1) break;
  }
  if (visit.order.effect?.kind === "fail_late") {
    yield { error: googleStatus(503) };
    return;
  }
  for (const text of texts.slice(2)) {
    yield { candidates: [candidate(request, [{ text }])], usageMetadata: soFar };
    await context.pace(visit.signal);
  }
  if (plan !== undefined) {
    yield { candidates: [candidate(request, [await imagePart(work, plan)])], usageMetadata: soFar };
  } else if (answer.call !== undefined) {
    yield { candidates: [candidate(request, [callPart(answer)])], usageMetadata: soFar };
  }
  yield {
    candidates: [candidate(request, [{ text: "" }], request.draws ? "STOP" : finishOf(answer))],
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

function candidate(
  request: Request,
  parts: readonly JsonObject[],
  finishReason?: string,
): JsonObject {
  return {
    content: { parts, role: "model" },
    ...(finishReason === undefined ? {} : { finishReason }),
    ...indexOf(request),
  };
}

async function imagePart({ context, request }: Work, plan: PicturePlan): Promise<JsonObject> {
  const bytes = await drawPicture({
    prompt: request.question.lastText,
    provider: request.api,
    model: request.question.model,
    ...plan,
    format: request.format,
    quality: request.quality === undefined ? undefined : Math.max(1, request.quality),
    variant: request.seed,
  });
  return {
    inlineData: { mimeType: `image/${request.format}`, data: bytes.toString("base64") },
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
    ...traffic(request),
  };
}

/** Over which line it went: the two APIs name it differently, and neither leaves it out. */
function traffic({ api }: Request): JsonObject {
  return api === "vertex" ? { trafficType: "ON_DEMAND" } : { serviceTier: "standard" };
}

/** Vertex AI leaves out what is 0, as Protobuf does. */
function indexOf({ api }: Request): JsonObject {
  return api === "vertex" ? {} : { index: 0 };
}
