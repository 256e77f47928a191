import type { ChatCapabilities, FileLimits, ImageCapabilities } from "../../domain/capabilities.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { ChatTask, ImageEditTask, Task, TextToImageTask } from "../../domain/task.ts";
import type { EndpointSettings } from "../endpoint-settings.ts";
import type { HttpCall } from "../http-call.ts";
import type { Outcome } from "../outcome.ts";
import type { CallTarget, OperationDialect, StreamDialect } from "../provider.ts";
import type { Reply } from "../reply.ts";
import { GoogleAnswer } from "./google-answer.ts";
import { googleChatRequest } from "./google-chat-request.ts";
import { googleImageCapabilities, isGoogleImageModel } from "./google-image-models.ts";
import { googleEditRequest, googleImageRequest } from "./google-image-request.ts";
import { malformedReply } from "./http-failure.ts";
import { int32Seeds } from "./int32-seeds.ts";
import { asObject } from "./read-json.ts";

/** In what the APIs differ that speak generateContent. */
export interface GoogleVariant {
  /** The path of a model, to which the verb is added: "/models/gemini-3-pro-image". */
  readonly modelPath: (upstreamModel: string, settings: EndpointSettings) => string;
  /** Whether function calls and their results carry ids. */
  readonly functionCallIds: boolean;
  /** Whether an image's file format and its compression can be asked for. */
  readonly imageOutputOptions: boolean;
  /** Which files images may be. */
  readonly inputFile: FileLimits;
  /** The caller's labels as the API takes them with the body. Undefined: it takes none. */
  readonly labels?:
    | ((labels: Readonly<Record<string, string>>) => JsonObject | undefined)
    | undefined;
}

/**
 * The most bytes of the images of one call: 19 MB as base64, of the 20 MB that a body may
 * have (ai.google.dev, 2026-11-21).
 */
const maxInputBytes = 14_250_000;

/** Images from words by generateContent: one a call (v1beta, 2026-11-21). */
export function googleTextToImage(
  variant: GoogleVariant,
): OperationDialect<TextToImageTask, ImageCapabilities> {
  return googleImages(variant, googleImageRequest);
}

/** Images from images by generateContent: references and a prompt, and no mask (v1beta, 2026-11-21). */
export function googleImageEdit(
  variant: GoogleVariant,
): OperationDialect<ImageEditTask, ImageCapabilities> {
  return googleImages(variant, googleEditRequest);
}

function googleImages<T extends TextToImageTask | ImageEditTask>(
  variant: GoogleVariant,
  body: (task: T) => JsonObject,
): OperationDialect<T, ImageCapabilities> {
  return {
    capabilities: (upstreamModel) => ({
      ...googleImageCapabilities(upstreamModel, variant),
      inputFile: variant.inputFile,
      maxInputBytes,
    }),
    // An answer of one image comes in one piece, after 10 to 60 seconds; 4K takes longer.
    timeouts: { totalMs: 180_000, firstContentMs: 180_000, idleMs: 180_000 },
    request: (task, target) => call(variant, target, "generateContent", body(task), images),
    result: (reply) => wholeAnswer(reply, "images"),
    stream: {
      request: (task, target) =>
        call(variant, target, "streamGenerateContent?alt=sse", body(task), images),
      open: openStream("images"),
    },
  };
}

/** Chat by generateContent (v1beta, 2026-11-21). */
export function googleChat(variant: GoogleVariant): OperationDialect<ChatTask, ChatCapabilities> {
  const body = (task: ChatTask, { upstreamModel }: CallTarget): JsonObject =>
    googleChatRequest(task, { upstreamModel, functionCallIds: variant.functionCallIds });
  return {
    capabilities: (upstreamModel) => chatCapabilities(upstreamModel, variant),
    timeouts: { totalMs: 300_000, firstContentMs: 120_000, idleMs: 60_000 },
    request: (task, target) => call(variant, target, "generateContent", body(task, target)),
    result: (reply) => wholeAnswer(reply, "chat"),
    stream: {
      request: (task, target) =>
        call(variant, target, "streamGenerateContent?alt=sse", body(task, target)),
      open: openStream("chat"),
    },
  };
}

function chatCapabilities(upstreamModel: string, { inputFile }: GoogleVariant): ChatCapabilities {
  const talks = !isGoogleImageModel(upstreamModel);
  return {
    tools: talks,
    imageInput: true,
    inputFile,
    maxInputBytes,
    jsonFormat: talks,
    jsonSchema: talks,
    reasoningEffort: talks,
    seed: int32Seeds,
    temperature: true,
    topP: true,
    maxStop: 5,
  };
}

function call(
  variant: GoogleVariant,
  target: CallTarget,
  verb: string,
  value: JsonObject,
  media?: readonly string[],
): HttpCall {
  const labels = variant.labels?.(target.labels ?? {});
  return {
    method: "POST",
    path: `${variant.modelPath(target.upstreamModel, target.settings)}:${verb}`,
    // Asks Google to give up when we do, in whole seconds (@google/genai 3.1.0).
    headers: { "x-server-timeout": String(Math.max(1, Math.ceil(target.timeLeftMs / 1000))) },
    body: { kind: "json", value: labels === undefined ? value : { ...value, labels } },
    media,
  };
}

const images = ["candidates[].content.parts[].inlineData.data"];

function wholeAnswer(reply: Reply, kind: "images" | "chat"): Outcome {
  const value = reply.body.kind === "json" ? reply.body.value : undefined;
  // Without alt=sse, and so from a server that does not know it, a stream comes as a list of events.
  const chunks = Array.isArray(value) ? value : [value];
  if (asObject(chunks[0]) === undefined) {
    const failure = malformedReply(reply, "The provider's answer is not a generateContent answer");
    return { kind: "failed", failure };
  }
  const answer = new GoogleAnswer(kind);
  for (const data of chunks) answer.read({ name: "", data });
  return answer.outcome(true);
}

function openStream<T extends Task>(kind: "images" | "chat"): StreamDialect<T>["open"] {
  return () => {
    const answer = new GoogleAnswer(kind);
    return { read: (event) => answer.read(event), end: () => answer.outcome(false) };
  };
}
