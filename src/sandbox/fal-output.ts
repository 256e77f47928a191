import type { JsonObject, JsonValue } from "../domain/json.ts";
import { drawPicture } from "./draw-picture.ts";
import { type FalModel, presetSizes } from "./fal-models.ts";
import { longestEdge, sizeForRatio } from "./picture-size.ts";
import { asNumber, asObject, asText } from "./read-json.ts";
import type { VendorContext } from "./vendor.ts";

/** What a model has made. */
export interface FalOutput {
  readonly value: JsonObject;
  /** What `x-fal-billable-units` says: images, or megapixels, begun ones whole. */
  readonly units: number;
}

/** How a model's work shall come out: "black" is what the safety checker of the open models leaves. */
export type FalFinish = "good" | "black" | "empty";

/** Does a model's work, and puts the files where their addresses lead. */
export async function makeFalOutput(
  context: VendorContext,
  filePath: string,
  work: { readonly name: string; readonly model: FalModel; readonly input: JsonObject },
  finish: FalFinish,
): Promise<FalOutput> {
  const { model, input } = work;
  const count = finish === "empty" ? 0 : Math.min(10, asNumber(input["num_images"]) ?? 1);
  const files: JsonObject[] = [];
  let units = 0;
  for (let index = 0; index < count; index++) {
    const { bytes, width, height, format } = await makeImage(work, index, finish);
    const contentType = `image/${format}`;
    const file = { bytes, contentType, foreign: true };
    const url =
      input["sync_mode"] === true
        ? `data:${contentType};base64,${bytes.toString("base64")}`
        : context.origin + context.files.put(filePath, `${index}.${format}`, file);
    // Partners' models leave out what they do not know.
    const told = model.output === "flux" ? { width, height } : { width: null, height: null };
    files.push({ url, content_type: contentType, ...told });
    units += billedByImage.test(work.name) ? 1 : megapixels(width * height);
  }
  return { value: shape(model, input, files, finish), units };
}

/** What fal bills by the image (fal.ai/pricing, 2026-11-21). The others it bills by the megapixel. */
const billedByImage =
  /\/(?:kontext|v1\.1-ultra|nano-banana|imagen4|gpt-image|seedream|ideogram|recraft)/;

/** What blocks of pixels add to a megapixel does not begin another one. */
function megapixels(area: number): number {
  return Math.max(1, Math.ceil(area / 2 ** 20 - 0.02));
}

function shape(
  model: FalModel,
  input: JsonObject,
  files: readonly JsonObject[],
  finish: FalFinish,
): JsonObject {
  const seed = asNumber(input["seed"]) ?? 1746395021;
  switch (model.output) {
    case "flux":
      return {
        images: files,
        timings: { inference: 0.41 },
        seed,
        has_nsfw_concepts: files.map(() => finish === "black"),
        prompt: input["prompt"] ?? "",
      };
    case "seeded":
      return { images: files, seed };
    case "described":
      return { images: files, description: "" };
    case "plain":
      return { images: files };
    case "single":
      return { image: files[0] ?? null, seed, timings: { inference: 2.5 } };
  }
}

interface MadeImage {
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
  readonly format: "png" | "jpeg" | "webp";
}

async function makeImage(
  { name, model, input }: { name: string; model: FalModel; input: JsonObject },
  index: number,
  finish: FalFinish,
): Promise<MadeImage> {
  const asked = asText(input["output_format"])?.replace("jpg", "jpeg");
  const format = asked === "png" || asked === "jpeg" || asked === "webp" ? asked : model.format;
  if (model.output === "single") {
    const enlarged = await enlarge(input, format);
    if (enlarged !== undefined) return enlarged;
  }
  const { width, height } = pictureSize(input);
  if (finish === "black") {
    const { default: sharp } = await import("sharp");
    const black = sharp({ create: { width, height, channels: 3, background: "black" } });
    return { bytes: await black.toFormat(format).toBuffer(), width, height, format };
  }
  const bytes = await drawPicture({
    prompt: asText(input["prompt"]) ?? "",
    provider: "fal",
    model: name,
    width,
    height,
    format,
    transparent: input["background"] === "transparent",
    variant: index + (asNumber(input["seed"]) ?? 0),
  });
  return { bytes, width, height, format };
}

/** The image itself, larger. Undefined when it stands elsewhere or cannot be read. */
async function enlarge(
  input: JsonObject,
  format: MadeImage["format"],
): Promise<MadeImage | undefined> {
  const base64 = /^data:[\w/+.-]*;base64,(.*)$/s.exec(asText(input["image_url"]) ?? "")?.[1];
  if (base64 === undefined) return undefined;
  const factor = asNumber(input["upscale_factor"] ?? input["scale"]) ?? 2;
  const { default: sharp } = await import("sharp");
  try {
    const image = sharp(Buffer.from(base64, "base64"));
    const before = await image.metadata();
    const width = clamp(before.width * factor);
    const height = clamp(before.height * factor);
    const larger = image.resize(width, height, { fit: "fill", kernel: "lanczos3" });
    return { bytes: await larger.toFormat(format).toBuffer(), width, height, format };
  } catch {
    return undefined;
  }
}

function pictureSize(input: JsonObject): { width: number; height: number } {
  const wanted: JsonValue | undefined = input["image_size"];
  const object = asObject(wanted);
  if (object !== undefined) {
    return {
      width: clamp(asNumber(object["width"]) ?? 512),
      height: clamp(asNumber(object["height"]) ?? 512),
    };
  }
  const word = asText(wanted) ?? "";
  const preset = Object.hasOwn(presetSizes, word) ? presetSizes[word] : undefined;
  if (preset !== undefined) return { width: preset[0], height: preset[1] };
  const [, width, height] = /^(\d{2,4})x(\d{2,4})$/.exec(word) ?? [];
  if (width !== undefined) return { width: clamp(Number(width)), height: clamp(Number(height)) };
  return sizeForRatio(asText(input["aspect_ratio"]) ?? "1:1", asText(input["resolution"]) ?? "1K");
}

function clamp(pixels: number): number {
  return Math.min(longestEdge, Math.max(16, Math.round(pixels)));
}
