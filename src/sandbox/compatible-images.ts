import type { JsonObject } from "../domain/json.ts";
import type { CompatibleWork } from "./compatible-work.ts";
import { drawPicture } from "./draw-picture.ts";
import { editNote, type InputImage, readInputImage } from "./input-image.ts";
import type { FormPart } from "./multipart-form.ts";
import { longestEdge } from "./picture-size.ts";
import { asNumber, asText, isWhole } from "./read-json.ts";
import type { Answer } from "./vendor.ts";

/** Answers POST /images/generations. It does not stream. */
export async function compatibleImages(work: CompatibleWork): Promise<Answer> {
  return makeImages(work, work.manner.images.usualSize);
}

/** Answers POST /images/edits: a form with one `image` or several, or several `image[]`. */
export async function compatibleEdits(work: CompatibleWork): Promise<Answer> {
  const { manner, visit, fail } = work;
  const files = (visit.form ?? []).filter(({ filename }) => filename !== undefined);
  const images: InputImage[] = [];
  for (const { name, bytes } of files) {
    const image = await readInputImage(bytes);
    if (image === undefined) return fail(400, visit, `${name}: cannot identify image file`);
    if (name === "image" || name === "image[]") images.push(image);
  }
  const taken = manner.images.takesSeveral ? images : images.slice(-1);
  const [first] = taken;
  if (first === undefined) {
    const detail = [{ type: "missing", loc: ["body", "image"], msg: "Field required" }];
    return { kind: "json", status: 422, value: { detail } };
  }
  const edge = (pixels: number): number => Math.min(Math.max(pixels, 16), longestEdge);
  const note = editNote(
    taken,
    files.some(({ name }) => name === "mask"),
  );
  return makeImages(work, `${edge(first.width)}x${edge(first.height)}`, note);
}

/** The fields of a form, numbers as numbers. Undefined when there is no form. */
export function formFields(form: readonly FormPart[] | undefined): JsonObject | undefined {
  if (form === undefined) return undefined;
  const fields = form.filter(({ filename }) => filename === undefined);
  return Object.fromEntries(
    fields.map(({ name, bytes }) => {
      const text = bytes.toString("utf8");
      const isNumber = (name === "n" || name === "seed") && /^-?\d+$/.test(text);
      return [name, isNumber ? Number(text) : text];
    }),
  );
}

async function makeImages(
  { context, manner, visit, fail, body }: CompatibleWork,
  usualSize: string,
  note?: string,
): Promise<Answer> {
  const { maxCount, format, alwaysBase64, beside } = manner.images;
  if (typeof body["prompt"] !== "string")
    return fail(manner.unfitStatus, visit, "Field required: prompt");
  const count = asNumber(body["n"]) ?? 1;
  if (!isWhole(count, 1, maxCount))
    return fail(manner.unfitStatus, visit, `n must be between 1 and ${maxCount}`);
  const size = asText(body["size"]) ?? usualSize;
  const [width = 0, height = 0] = size.split("x").map(Number);
  if (!/^[1-9]\d{1,3}x[1-9]\d{1,3}$/.test(size) || Math.max(width, height) > longestEdge) {
    return fail(400, visit, `size must be WIDTHxHEIGHT, at most ${longestEdge} each`);
  }

  switch (visit.order.effect?.kind) {
    case "refuse":
      return fail(400, visit, "The prompt was blocked by content_policy.");
    case "fail_late":
      await context.clock.sleep(1000, visit.signal);
      return fail(500, visit);
    default:
  }
  const asked = visit.order.effect?.kind === "empty" ? 0 : count;
  const data = await Promise.all(
    Array.from({ length: asked }, async (_, index): Promise<JsonObject> => {
      const bytes = await drawPicture({
        prompt: asText(body["prompt"]) ?? "",
        provider: manner.slug,
        model: asText(body["model"]) ?? "",
        width,
        height,
        format,
        variant: index + (asNumber(body["seed"]) ?? 0),
        note,
      });
      if (alwaysBase64 || body["response_format"] === "b64_json") {
        return { b64_json: bytes.toString("base64") };
      }
      const file = { bytes, contentType: `image/${format}`, foreign: false };
      return { url: context.origin + context.files.put("/generated-images", "image.png", file) };
    }),
  );
  const created = Math.floor(context.clock.now() / 1000);
  return { kind: "json", status: 200, value: { id: context.newId(16), created, data, ...beside } };
}
