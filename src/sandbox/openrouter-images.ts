import type { JsonObject } from "../domain/json.ts";
import { dataFrame, doneFrame } from "./chat-completion.ts";
import { drawPicture } from "./draw-picture.ts";
import { editNote, readInputAddress } from "./input-image.ts";
import { openrouterError } from "./openrouter-errors.ts";
import { longestEdge, sizeForRatio } from "./picture-size.ts";
import { asList, asNumber, asObject, asText, isWhole } from "./read-json.ts";
import type { Answer, Vendor, VendorContext, Visit } from "./vendor.ts";

/** The fields of POST /images and what each may be, as the OpenAPI document of August 2026 has them. */
const fields: Readonly<Record<string, (value: unknown) => boolean>> = {
  model: isText,
  prompt: isText,
  n: (value) => isWhole(value as number, 1, 10),
  resolution: (value) => ["512", "1K", "2K", "4K"].includes(value as string),
  aspect_ratio: (value) => /^(auto|\d+(\.\d+)?:\d+(\.\d+)?)$/.test(String(value)),
  size: (value) =>
    /^(512|[124]K|\d{2,4}x\d{2,4})$/.test(String(value)) &&
    String(value)
      .split("x")
      .every((edge) => edge.endsWith("K") || Number(edge) <= longestEdge),
  quality: (value) => ["auto", "low", "medium", "high"].includes(value as string),
  output_format: (value) => ["png", "jpeg", "webp", "svg"].includes(value as string),
  output_compression: (value) => isWhole(value as number, 0, 100),
  background: (value) => ["auto", "transparent", "opaque"].includes(value as string),
  seed: (value) => Number.isInteger(value),
  input_references: (value) => Array.isArray(value) && value.length <= 16,
  stream: (value) => typeof value === "boolean",
  provider: (value) => typeof value === "object",
  user: isText,
  session_id: isText,
  trace: (value) => typeof value === "object",
};

/** Answers POST /images. Only OpenAI's models stream; others answer with plain JSON all the same. */
export async function openrouterImages(
  context: VendorContext,
  visit: Visit,
  fail: Vendor["fail"],
): Promise<Answer> {
  const body = visit.body;
  if (body === undefined) return fail(400, visit, "Invalid JSON body");
  for (const [name, value] of Object.entries(body)) {
    const rule = fields[name];
    if (rule === undefined) return fail(400, visit, `Unrecognized key: "${name}"`);
    if (!rule(value)) return fail(400, visit, `Invalid value for "${name}"`);
  }
  if (body["prompt"] === undefined) return fail(400, visit, 'Invalid input: "prompt" is required');

  const inputs = await readInputs(body, context);
  if (typeof inputs === "string") {
    return openrouterError(400, inputs, { error_type: "invalid_image" });
  }
  const model = asText(body["model"]) ?? "";
  const unfit = unfitFor(model, body);
  if (unfit !== undefined) return fail(400, visit, unfit);
  const effect = visit.order.effect?.kind;
  const streamed = body["stream"] === true && model.startsWith("openai/");
  if (effect === "refuse") {
    return openrouterError(403, "Input was flagged by moderation", {
      reasons: ["violence"],
      flagged_input: "sandbox",
      provider_name: "OpenAI",
      model_slug: model,
    });
  }
  if (effect === "fail_late" && !streamed) {
    await context.clock.sleep(1000, visit.signal);
    return fail(500, visit);
  }
  const created = Math.floor(context.clock.now() / 1000);
  const headers = { "x-generation-id": `gen-${created}-${context.newId(20)}` };
  if (streamed) {
    return { kind: "stream", headers, frames: stream(context, visit, body, inputs, created) };
  }
  const count = effect === "empty" ? 0 : (asNumber(body["n"]) ?? 1);
  const data = await Promise.all(
    Array.from({ length: count }, (_, index) => draw(body, inputs, index)),
  );
  return { kind: "json", status: 200, headers, value: { created, data, usage: usage(count) } };
}

/** The first of Google's models has one scale only, and takes three references. */
function unfitFor(model: string, body: JsonObject): string | undefined {
  if (!model.startsWith("google/gemini-2.5-flash-image")) return undefined;
  if (body["resolution"] !== undefined) return `"resolution" is not supported by ${model}`;
  if (asList(body["input_references"]).length <= 3) return undefined;
  return `At most 3 "input_references" are supported by ${model}`;
}

type Inputs = readonly Exclude<Awaited<ReturnType<typeof readInputAddress>>, undefined>[];

/** Looks at the images that an edit refers to. A string is what is wrong with one. */
async function readInputs(body: JsonObject, { files }: VendorContext): Promise<Inputs | string> {
  const inputs: Inputs[number][] = [];
  for (const [index, reference] of asList(body["input_references"]).entries()) {
    const part = asObject(reference);
    const url = asText(asObject(part?.["image_url"])?.["url"]);
    if (part?.["type"] !== "image_url" || url === undefined) {
      return `Invalid input at input_references[${index}]`;
    }
    const image = await readInputAddress(url, files);
    if (image === undefined) return `Invalid image at input_references[${index}]`;
    inputs.push(image);
  }
  return inputs;
}

/** Comments, an unfinished version, the image, [DONE]; the type is inside the JSON. */
async function* stream(
  context: VendorContext,
  visit: Visit,
  body: JsonObject,
  inputs: Inputs,
  created: number,
): AsyncGenerator<string> {
  yield ": OPENROUTER PROCESSING\n\n";
  if (visit.order.effect?.kind !== "empty") {
    const { b64_json } = await draw(body, inputs, 0, "PREVIEW");
    yield dataFrame({ type: "image_generation.partial_image", partial_image_index: 0, b64_json });
    await context.pace(visit.signal);
    if (visit.order.effect?.kind === "fail_late") {
      const error = { message: "Provider disconnected", code: "provider_unavailable" };
      yield dataFrame({ type: "error", error });
      return;
    }
    const count = asNumber(body["n"]) ?? 1;
    for (let index = 0; index < count; index++) {
      const image = await draw(body, inputs, index);
      yield dataFrame({ type: "image_generation.completed", ...image, created, usage: usage(1) });
    }
  }
  yield doneFrame;
}

async function draw(
  body: JsonObject,
  inputs: Inputs,
  variant: number,
  preview?: string,
): Promise<{ b64_json: string; media_type: string }> {
  const wanted = asText(body["output_format"]);
  const format = wanted === "jpeg" || wanted === "webp" ? wanted : "png";
  const notes = [
    ...(preview === undefined ? [] : [preview]),
    ...(inputs.length === 0 ? [] : [editNote(inputs)]),
  ];
  const bytes = await drawPicture({
    prompt: asText(body["prompt"]) ?? "",
    provider: "openrouter",
    model: asText(body["model"]) ?? "",
    ...pictureSize(body, inputs[0]),
    format,
    quality: asNumber(body["output_compression"]),
    transparent: body["background"] === "transparent",
    variant: variant + (asNumber(body["seed"]) ?? 0),
    note: notes.length === 0 ? undefined : notes.join(", "),
  });
  return { b64_json: bytes.toString("base64"), media_type: `image/${format}` };
}

/** An edit that names no shape has that of its first image. */
function pictureSize(
  body: JsonObject,
  first: Inputs[number] | undefined,
): { width: number; height: number } {
  const size = asText(body["size"]) ?? "";
  const [width = 0, height = 0] = size.split("x").map(Number);
  if (width > 0 && height > 0) return { width, height };
  const tier = asText(body["resolution"]) ?? (size === "" ? "1K" : size);
  const given =
    first === undefined || first === "elsewhere" ? "1:1" : `${first.width}:${first.height}`;
  return sizeForRatio(asText(body["aspect_ratio"]) ?? given, tier);
}

function usage(images: number): JsonObject {
  const tokens = 4175 * images;
  const cost = Math.round(40_000 * images) / 1e6;
  return {
    prompt_tokens: 0,
    completion_tokens: tokens,
    total_tokens: tokens,
    completion_tokens_details: { image_tokens: tokens, reasoning_tokens: 0 },
    cost,
    is_byok: false,
    cost_details: {
      upstream_inference_cost: null,
      upstream_inference_prompt_cost: 0,
      upstream_inference_completions_cost: cost,
    },
  };
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}
