import type { JsonObject } from "../domain/json.ts";
import { frames } from "./chat-completion.ts";
import { drawPicture } from "./draw-picture.ts";
import { badParameter, envelope, openaiError } from "./openai-errors.ts";
import { checkOpenaiImages, imageFamily } from "./openai-image-rules.ts";
import { asNumber, asText } from "./read-json.ts";
import type { Answer, Vendor, VendorContext, Visit } from "./vendor.ts";

type Headers = Readonly<Record<string, string>>;

/** Answers POST /images/generations. */
export async function openaiImages(
  context: VendorContext,
  visit: Visit,
  headers: Headers,
  fail: Vendor["fail"],
): Promise<Answer> {
  const body = visit.body;
  if (body === undefined) return fail(400, visit, "We could not parse the JSON body.");
  const model = asText(body["model"]) ?? "";
  const problem = checkOpenaiImages(body);
  if (problem !== undefined) return openaiError(400, problem, headers);
  if (/unknown|missing/.test(model)) {
    const message = `The model '${model}' does not exist.`;
    return openaiError(404, badParameter("model", "model_not_found", message), headers);
  }
  const streamed = body["stream"] === true;
  const order = readOrder(body, model);
  switch (visit.order.effect?.kind) {
    case "refuse":
      return streamed
        ? { kind: "stream", headers, frames: frames(errorFrame(refusal)) }
        : { kind: "json", status: 400, headers, value: { error: refusal } };
    case "empty":
      return streamed
        ? { kind: "stream", headers, frames: frames() }
        : { kind: "json", status: 200, headers, value: { ...result(context, order), data: [] } };
    case "fail_late":
      if (streamed) break;
      await context.clock.sleep(1000, visit.signal);
      return fail(500, visit);
    default:
  }
  if (streamed) return { kind: "stream", headers, frames: stream(context, visit, order) };
  const data = await Promise.all(
    Array.from({ length: order.count }, (_, index) => oneImage(context, order, index)),
  );
  return { kind: "json", status: 200, headers, value: { ...result(context, order), data } };
}

interface ImageOrder {
  readonly prompt: string;
  readonly model: string;
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly format: "png" | "jpeg" | "webp";
  readonly quality: number | undefined;
  readonly transparent: boolean;
  /** What the answer repeats of the request. */
  readonly echo: JsonObject;
  readonly link: boolean;
  readonly revises: boolean;
  readonly partials: number;
}

function readOrder(body: JsonObject, model: string): ImageOrder {
  const family = imageFamily(model);
  const size = asText(body["size"]) ?? "auto";
  const [width = 1024, height = 1024] = size === "auto" ? [] : size.split("x").map(Number);
  const format = (asText(body["output_format"]) ?? "png") as ImageOrder["format"];
  const background = asText(body["background"]) ?? "auto";
  const quality = asText(body["quality"]) ?? "auto";
  return {
    prompt: asText(body["prompt"]) ?? "",
    model,
    count: asNumber(body["n"]) ?? 1,
    width,
    height,
    format,
    quality: asNumber(body["output_compression"]),
    transparent: background === "transparent",
    echo:
      family === "dall-e"
        ? {}
        : {
            background: background === "auto" ? "opaque" : background,
            output_format: format,
            quality: quality === "auto" ? "medium" : quality,
            size: `${width}x${height}`,
          },
    link: family === "dall-e" && body["response_format"] !== "b64_json",
    revises: model === "dall-e-3",
    partials: asNumber(body["partial_images"]) ?? 0,
  };
}

function result(context: VendorContext, order: ImageOrder): JsonObject {
  const created = Math.floor(context.clock.now() / 1000);
  if (order.echo["size"] === undefined) return { created };
  return { created, ...order.echo, usage: usage(order) };
}

function usage(order: ImageOrder): JsonObject {
  const input = order.prompt.split(/\s+/).length + 6;
  const each = Math.round((order.width * order.height) / 764);
  const output = each * order.count + 100 * order.partials;
  return {
    input_tokens: input,
    input_tokens_details: { text_tokens: input, image_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { image_tokens: output, text_tokens: 0 },
    total_tokens: input + output,
  };
}

async function oneImage(
  context: VendorContext,
  order: ImageOrder,
  index: number,
): Promise<JsonObject> {
  const bytes = await draw(order, index);
  const revised = order.revises ? { revised_prompt: `${order.prompt}, in fine detail` } : {};
  if (!order.link) return { b64_json: bytes.toString("base64"), ...revised };
  const file = { bytes, contentType: "image/png", foreign: true };
  const path = context.files.put("/openai-files", "img.png", file);
  return { url: context.origin + path, ...revised };
}

function draw(order: ImageOrder, variant: number, note?: string): Promise<Buffer> {
  return drawPicture({
    ...order,
    provider: "openai",
    variant,
    note: note ?? (order.count > 1 ? `${variant + 1} OF ${order.count}` : undefined),
  });
}

/** Named events; first the unfinished versions, then one completed event for each image. No [DONE]. */
async function* stream(
  context: VendorContext,
  visit: Visit,
  order: ImageOrder,
): AsyncGenerator<string> {
  const common = (): JsonObject => ({
    created_at: Math.floor(context.clock.now() / 1000),
    ...order.echo,
  });
  for (let index = 0; index < order.partials; index++) {
    const bytes = await draw(order, 0, `PREVIEW ${index + 1}`);
    yield frame("image_generation.partial_image", {
      b64_json: bytes.toString("base64"),
      ...common(),
      partial_image_index: index,
    });
    await context.pace(visit.signal);
  }
  if (visit.order.effect?.kind === "fail_late") {
    yield errorFrame(
      envelope({
        message: "The server had an error while processing your request.",
        type: "image_generation_server_error",
        code: "server_error",
      }),
    );
    return;
  }
  for (let index = 0; index < order.count; index++) {
    const bytes = await draw(order, index);
    yield frame("image_generation.completed", {
      b64_json: bytes.toString("base64"),
      ...common(),
      usage: usage(order),
    });
  }
}

function frame(type: string, data: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}

function errorFrame(error: JsonObject): string {
  return `event: error\ndata: ${JSON.stringify({ type: "error", error })}\n\n`;
}

const refusal: JsonObject = {
  message:
    "Your request was rejected by the safety system. If you believe this is an error, contact support. safety_violations=[violence].",
  type: "image_generation_user_error",
  param: null,
  code: "moderation_blocked",
  moderation_details: { moderation_stage: "input", categories: ["violence"] },
};
