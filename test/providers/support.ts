import type { ImageOptions } from "../../src/domain/image-options.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import type { ChatTask, ImageEditTask, TextToImageTask } from "../../src/domain/task.ts";
import type { HttpCall } from "../../src/providers/http-call.ts";
import type { CallTarget } from "../../src/providers/provider.ts";

/** A small task for images. */
export function textToImageTask(options: Partial<ImageOptions> = {}): TextToImageTask {
  return {
    operation: "text_to_image",
    prompt: "a boat",
    negativePrompt: "",
    options: { count: 1, ...options },
  };
}

/** A small task for edits: of one PNG of three bytes. */
export function imageEditTask(parts: Partial<ImageEditTask> = {}): ImageEditTask {
  return {
    operation: "image_edit",
    prompt: "a boat",
    images: [{ kind: "bytes", bytes: new Uint8Array([1, 2, 3]), mimeType: "image/png" }],
    maskPolarity: "transparent_is_edited",
    options: { count: 1 },
    ...parts,
  };
}

/** A small task for chat. */
export function chatTask(parts: Partial<ChatTask> = {}): ChatTask {
  return {
    operation: "chat",
    messages: [{ role: "user", parts: [{ kind: "text", text: "hello" }] }],
    stop: [],
    tools: [],
    ...parts,
  };
}

/** The id of every call here. */
export const testCallId = "11111111-2222-4333-8444-555555555555";

/** A target with nothing special about it. */
export function target(upstreamModel: string, parts: Partial<CallTarget> = {}): CallTarget {
  const plain = {
    settings: {},
    endUser: "",
    callId: testCallId,
    partialImages: 0,
    timeLeftMs: 60_000,
  };
  return { upstreamModel, ...plain, ...parts };
}

/** The JSON body of a call, without what would not be sent. */
export function jsonBody(call: HttpCall | undefined): JsonObject {
  if (call?.body?.kind !== "json") throw new Error("the call has no JSON body");
  return JSON.parse(JSON.stringify(call.body.value));
}
