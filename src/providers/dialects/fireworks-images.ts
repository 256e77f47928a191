import type { ImageFormat } from "../../domain/image-options.ts";
import type { JsonObject, JsonValue } from "../../domain/json.ts";
import type { TextToImageTask } from "../../domain/task.ts";
import type { HttpCall } from "../http-call.ts";
import type { Outcome } from "../outcome.ts";
import type { Reply } from "../reply.ts";
import { fireworksEmbeddedFailure } from "./fireworks-errors.ts";
import { fireworksModelPath } from "./fireworks-models.ts";
import { httpFailure, malformedReply } from "./http-failure.ts";
import { present } from "./openai-chat.ts";
import { aspectRatio } from "./openai-images.ts";
import { asBytes, asObject, asText } from "./read-json.ts";

/**
 * The call to a model that answers with the image itself (docs.fireworks.ai, 2026-11-21).
 * Its shape is always said: what it is otherwise is documented in two ways, and a square
 * is what other providers make.
 */
export function fireworksWorkflowCall(task: TextToImageTask, upstreamModel: string): HttpCall {
  const { options } = task;
  const path = `/workflows/${fireworksModelPath(upstreamModel)}/text_to_image`;
  return imageCall(path, options.format, {
    prompt: task.prompt,
    aspect_ratio: aspectRatio(options) ?? "1:1",
    ...present("seed", options.seed),
  });
}

/** The call to a model of the SDXL family. */
export function fireworksLegacyCall(task: TextToImageTask, upstreamModel: string): HttpCall {
  const { options } = task;
  const shape = options.size?.kind === "pixels" ? options.size : undefined;
  return imageCall(`/image_generation/${fireworksModelPath(upstreamModel)}`, options.format, {
    prompt: task.prompt,
    ...present("negative_prompt", task.negativePrompt || undefined),
    ...present("width", shape?.width),
    ...present("height", shape?.height),
    ...present("seed", options.seed),
  });
}

/** The format to ask for: where nothing is said, the one that loses nothing. */
export function fireworksFormat(format: ImageFormat | undefined): "png" | "jpeg" {
  return format === "jpeg" ? "jpeg" : "png";
}

/**
 * What the answer of such a call means: the image, or JSON about it, by its content
 * type. A picture that the filter has blackened comes as a success, and only
 * `finish-reason` tells; whatever is no success there is a refusal.
 */
export function fireworksImage(reply: Reply): Outcome {
  const requestId = reply.headers["x-request-id"];
  const { body } = reply;
  const item = body.kind === "json" ? asObject(first(body.value)) : undefined;
  const told = item && fireworksEmbeddedFailure(item, reply);
  if (told !== undefined) return { kind: "failed", failure: told };
  const finish = asText(item?.["finishReason"]) ?? reply.headers["finish-reason"] ?? "SUCCESS";
  if (finish.toUpperCase() !== "SUCCESS") {
    const failure = httpFailure(reply, { class: "refused", code: finish, requestId });
    return { kind: "failed", failure };
  }
  const bytes = body.kind === "bytes" ? body.bytes : asBytes(first(item?.["base64"]));
  if (bytes === undefined) {
    const what = "The provider's answer has no image in it";
    return { kind: "failed", failure: malformedReply(reply, what, requestId) };
  }
  return {
    kind: "done",
    output: { kind: "images", images: [{ content: { kind: "bytes", bytes } }] },
    usage: {},
    upstreamId: asText(item?.["id"]) ?? asText(item?.["Id"]),
    requestId,
  };
}

/** `accept` decides what comes, and what comes without it is documented in two ways. */
function imageCall(path: string, format: ImageFormat | undefined, value: JsonObject): HttpCall {
  return {
    method: "POST",
    path,
    headers: { accept: `image/${fireworksFormat(format)}` },
    body: { kind: "json", value },
    media: ["base64", "base64[]", "[].base64"],
    expects: "image",
  };
}

/** Deployments differ in whether there is a list or the one thing in it. */
function first(value: JsonValue | undefined): JsonValue | undefined {
  return Array.isArray(value) ? value[0] : value;
}
