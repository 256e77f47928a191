import type { JsonObject } from "../domain/json.ts";
import { frames } from "./chat-completion.ts";
import { drawPicture } from "./draw-picture.ts";
import { editNote, type InputImage } from "./input-image.ts";
import { readOpenaiEdit } from "./openai-edit-form.ts";
import { badParameter, envelope, openaiError } from "./openai-errors.ts";
import { checkOpenaiImages, imageFamily, isFreeSize } from "./openai-image-rules.ts";
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
  const { body } = visit;
  if (body === undefined) return fail(400, visit, "We could not parse the JSON body.");
  const problem = checkOpenaiImages(body);
  if (problem !== undefined) return openaiError(400, problem, headers);
  return makeImages(context, visit, headers, fail, readOrder(body, [], undefined));
}

/** Answers POST /images/edits, as a form. */
export async function openaiEdits(
  context: VendorContext,
  visit: Visit,
  headers: Headers,
  fail: Vendor["fail"],
): Promise<Answer> {
  const { form } = visit;
  if (form === undefined) return fail(400, visit, "We could not parse the multipart form.");
  const read = await readOpenaiEdit(form);
  if ("error" in read) return openaiError(400, read.error, headers);
  const { body, images, isMasked } = read.edit;
  const order = readOrder(body, images, editNote(images, isMasked));
  return makeImages(context, visit, headers, fail, order);
}

async function makeImages(
  context: VendorContext,
  visit: Visit,
  headers: Headers,
  fail: Vendor["fail"],
  order: ImageOrder,
): Promise<Answer> {
  const { model, streamed } = order;
  // Shut down on 2026-10-23. The DALL-E line, shut down as well, is served as a legacy.
  if (model === "gpt-image-1" || /unknown|missing/.test(model)) {
    const message = `The model '${model}' does not exist.`;
    return openaiError(404, badParameter("model", "model_not_found", message), headers);
  }
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
  readonly streamed: boolean;
  readonly inputs: readonly InputImage[];
  /** What the picture says of its inputs. */
  readonly note: string | undefined;
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

function readOrder(
  body: JsonObject,
  inputs: readonly InputImage[],
  note: string | undefined,
): ImageOrder {
  const model = asText(body["model"]) ?? "";
  const family = imageFamily(model);
  const size = asText(body["size"]) ?? "auto";
  const [width = 1024, height = 1024] =
    size === "auto" ? sizeLike(inputs[0], family) : size.split("x").map(Number);
  const format = (asText(body["output_format"]) ?? "png") as ImageOrder["format"];
  const background = asText(body["background"]) ?? "auto";
  const quality = asText(body["quality"]) ?? "auto";
  return {
    streamed: body["stream"] === true,
    inputs,
    note,
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

/** The size of an edit that names none: its input's, or the nearest of the three that all models have. */
function sizeLike(
  input: InputImage | undefined,
  family: ReturnType<typeof imageFamily>,
): readonly number[] {
  if (input === undefined) return [];
  const { width, height } = input;
  if (family === "free" && width * height >= 655_360 && isFreeSize(width, height)) {
    return [width, height];
  }
  if (width === height) return [];
  return width > height ? [1536, 1024] : [1024, 1536];
}

function result(context: VendorContext, order: ImageOrder): JsonObject {
  const created = Math.floor(context.clock.now() / 1000);
  if (order.echo["size"] === undefined) return { created };
  return { created, ...order.echo, usage: usage(order) };
}

function usage(order: ImageOrder): JsonObject {
  const text = order.prompt.split(/\s+/).length + 6;
  const images = order.inputs.reduce(
    (sum, { width, height }) => sum + Math.ceil((width * height) / 764),
    0,
  );
  const input = text + images;
  const each = Math.round((order.width * order.height) / 764);
  const output = each * order.count + 100 * order.partials;
  return {
    input_tokens: input,
    input_tokens_details: { text_tokens: text, image_tokens: images },
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

function draw(order: ImageOrder, variant: number, preview?: string): Promise<Buffer> {
  const which = preview ?? (order.count > 1 ? `${variant + 1} OF ${order.count}` : undefined);
  const notes = [which, order.note].filter((note) => note !== undefined);
  return drawPicture({
    ...order,
    provider: "openai",
    variant,
    note: notes.length === 0 ? undefined : notes.join(", "),
  });
}

/** Named events; first the unfinished versions, then one completed event for each image. No [DONE]. */
async function* stream(
  context: VendorContext,
  visit: Visit,
  order: ImageOrder,
): AsyncGenerator<string> {
  const event = order.inputs.length > 0 ? "image_edit" : "image_generation";
  const common = (): JsonObject => ({
    created_at: Math.floor(context.clock.now() / 1000),
    ...order.echo,
  });
  for (let index = 0; index < order.partials; index++) {
    const bytes = await draw(order, 0, `PREVIEW ${index + 1}`);
    yield frame(`${event}.partial_image`, {
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
    yield frame(`${event}.completed`, {
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
