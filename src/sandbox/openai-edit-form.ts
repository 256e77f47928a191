import type { JsonObject, JsonValue } from "../domain/json.ts";
import { type InputImage, readInputImage } from "./input-image.ts";
import type { FormPart } from "./multipart-form.ts";
import { badParameter, type OpenaiError } from "./openai-errors.ts";
import { checkOpenaiImages, missing } from "./openai-image-rules.ts";

/** What an edit asks for, and what it brings. */
export interface OpenaiEdit {
  readonly body: JsonObject;
  readonly images: readonly InputImage[];
  readonly isMasked: boolean;
}

/**
 * Reads and checks the form of POST /images/edits as OpenAI does. Images may be named
 * `image` or `image[]`, and each must say its type: one of
 * "application/octet-stream", which form encoders give by default, is refused.
 */
export async function readOpenaiEdit(
  form: readonly FormPart[],
): Promise<{ readonly edit: OpenaiEdit } | { readonly error: OpenaiError }> {
  const images = form.filter(({ name }) => name === "image" || name === "image[]");
  const mask = form.find(({ name }) => name === "mask");
  const fields = form.filter((part) => !images.includes(part) && part !== mask);
  const body = Object.fromEntries(fields.map((part) => [part.name, fieldValue(part)]));
  const problem = checkOpenaiImages(body, true);
  if (problem !== undefined) return { error: problem };
  if (images.length === 0) return { error: missing("image") };
  if (images.length > mostImages) {
    const message = `Invalid 'image': array too long. Expected an array with maximum length ${mostImages}, but got an array with length ${images.length} instead.`;
    return { error: badParameter("image", "array_above_max_length", message) };
  }
  const seen: InputImage[] = [];
  for (const [index, part] of images.entries()) {
    const param = images.length === 1 && part.name === "image" ? "image" : `image[${index}]`;
    const image = await readImage(part, param);
    if ("message" in image) return { error: image };
    seen.push(image);
  }
  const unmasked = mask && (await checkMask(mask, seen[0]));
  if (unmasked !== undefined) return { error: unmasked };
  return { edit: { body, images: seen, isMasked: mask !== undefined } };
}

const mostImages = 16;
const mostMaskBytes = 4 * 1024 * 1024;
const formats: readonly string[] = ["jpeg", "png", "webp"];

const wholeNumbers: ReadonlySet<string> = new Set(["n", "output_compression", "partial_images"]);

/** A form has only text: what shall be a number or a flag is read as one. */
function fieldValue({ name, bytes }: FormPart): JsonValue {
  const text = bytes.toString("utf8");
  if (wholeNumbers.has(name) && /^-?\d+$/.test(text)) return Number(text);
  if (name === "stream" && (text === "true" || text === "false")) return text === "true";
  return text;
}

async function readImage(part: FormPart, param: string): Promise<InputImage | OpenaiError> {
  const type = part.contentType ?? "application/octet-stream";
  if (part.filename === undefined || !formats.includes(type.replace(/^image\//, ""))) {
    const message = `Invalid file '${param}': unsupported mimetype ('${type}'). Supported file formats are 'image/jpeg', 'image/png', and 'image/webp'.`;
    return badParameter(param, "unsupported_file_mimetype", message);
  }
  const image = await readInputImage(part.bytes);
  if (image !== undefined && formats.includes(image.format)) return image;
  const message = "Invalid image file or mode, please check your image file.";
  return badParameter(param, "invalid_image_file", message);
}

/** A mask is a PNG with transparency, as large as the first image. Its type is not asked for. */
async function checkMask(
  mask: FormPart,
  first: InputImage | undefined,
): Promise<OpenaiError | undefined> {
  const refuse = (why: string) =>
    badParameter("mask", "invalid_mask_image_format", `Invalid mask image format - ${why}.`);
  if (mask.bytes.length > mostMaskBytes) return refuse("mask must be less than 4MB");
  const image = await readInputImage(mask.bytes);
  if (image?.format !== "png" || !image.hasAlpha) {
    return refuse("mask must be a PNG with an alpha channel");
  }
  const isAsLarge = image.width === first?.width && image.height === first.height;
  return isAsLarge ? undefined : refuse("mask size does not match image size");
}
