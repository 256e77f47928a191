import type { JsonObject, JsonValue } from "../domain/json.ts";
import { drawPicture } from "./draw-picture.ts";
import { editNote, type InputImage, readInputAddress } from "./input-image.ts";
import { sizeForRatio } from "./picture-size.ts";
import { asList, asNumber, asObject, asText, isWhole } from "./read-json.ts";
import type { Answer, VendorContext, Visit } from "./vendor.ts";
import { unfitBody, unsupportedArgument, xaiError } from "./xai-errors.ts";

/** Answers POST /images/generations, or with `edits` POST /images/edits. */
export async function xaiImages(
  context: VendorContext,
  visit: Visit,
  body: JsonObject,
  edits: boolean,
): Promise<Answer> {
  const wrong = checkFields(body, edits);
  if (wrong !== undefined) return wrong;
  const inputs = edits ? await readInputs(context, body) : [];
  if ("kind" in inputs) return inputs;
  const count = asNumber(body["n"]) ?? 1;
  const usage = { cost_in_usd_ticks: count * priceOf(body) + inputs.length * inputPrice };
  switch (visit.order.effect?.kind) {
    case "refuse":
      return xaiError(400, "Generated image rejected by content moderation.", {
        code: "imagine:content-moderated",
        usage,
      });
    case "fail_late":
      await context.clock.sleep(1000, visit.signal);
      return xaiError(500);
    case "empty": {
      const data = [{ url: null, b64_json: null, revised_prompt: "" }];
      return { kind: "json", status: 200, value: { data, usage } };
    }
    default:
  }
  const data = await Promise.all(
    Array.from({ length: count }, (_, index) => oneImage(context, body, inputs, index)),
  );
  return { kind: "json", status: 200, value: { data, usage } };
}

type Input = InputImage | "elsewhere";

const ratios: readonly JsonValue[] = [
  ...["1:1", "3:4", "4:3", "9:16", "16:9", "2:3", "3:2", "9:19.5", "19.5:9"],
  ...["9:20", "20:9", "1:2", "2:1", "auto"],
];

const rules: Readonly<Record<string, (value: JsonValue) => boolean>> = {
  model: (value) => typeof value === "string",
  prompt: (value) => typeof value === "string" && value !== "",
  n: (value) => isWhole(value, 1, 10),
  aspect_ratio: (value) => ratios.includes(value),
  resolution: (value) => value === "1k" || value === "2k",
  quality: (value) => value === "low" || value === "medium",
  response_format: (value) => value === "url" || value === "b64_json",
  user: (value) => typeof value === "string",
  storage_options: (value) => asObject(value) !== undefined,
};

function checkFields(body: JsonObject, edits: boolean): Answer | undefined {
  for (const [name, value = null] of Object.entries(body)) {
    if (edits && (name === "image" || name === "images")) continue;
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) return unsupportedArgument(name);
    if (value !== null && !rule(value)) return xaiError(400, `Invalid value for ${name}.`);
  }
  if (body["prompt"] === undefined) return unfitBody("missing field `prompt`");
  const model = asText(body["model"]) ?? "";
  if (model !== "" && !/image/.test(model)) {
    return xaiError(400, `The model ${model} is not served at this endpoint.`);
  }
  if (body["quality"] !== undefined && !/-2\.0\b/.test(model)) {
    return unsupportedArgument("quality", true);
  }
  return undefined;
}

const mostBytes = 10 * 1024 * 1024;

/** The images of an edit, one under `image` or several under `images`; or what is wrong with them. */
async function readInputs(
  { files }: VendorContext,
  body: JsonObject,
): Promise<readonly Input[] | Answer> {
  if (Array.isArray(body["image"])) {
    return unfitBody("image: invalid type: sequence, expected struct ImageUrl");
  }
  const several = asList(body["images"]);
  if ((body["image"] === undefined) === (several.length === 0)) {
    return xaiError(400, "Exactly one of image and images must be given.");
  }
  const inputs: Input[] = [];
  for (const value of several.length > 0 ? several : [body["image"]]) {
    const item = asObject(value);
    const address = asText(item?.["url"]) ?? asText(item?.["image_url"]) ?? "";
    if (address.length > (mostBytes * 4) / 3 + 100) return xaiError(400, "The image is too large.");
    const input = await readInputAddress(address, files);
    if (input === undefined || (input !== "elsewhere" && !formats.includes(input.format))) {
      return xaiError(400, "The image could not be read.");
    }
    inputs.push(input);
  }
  return inputs;
}

const formats: readonly string[] = ["png", "jpeg", "webp"];

async function oneImage(
  context: VendorContext,
  body: JsonObject,
  inputs: readonly Input[],
  index: number,
): Promise<JsonObject> {
  const bytes = await drawPicture({
    prompt: asText(body["prompt"]) ?? "",
    provider: "xai",
    model: asText(body["model"]) ?? "",
    ...sizeOf(body, inputs),
    format: "jpeg",
    variant: index,
    note: inputs.length > 0 ? editNote(inputs) : undefined,
  });
  const common = { mime_type: "image/jpeg", revised_prompt: "", respect_moderation: true };
  if (body["response_format"] === "b64_json") {
    return { b64_json: bytes.toString("base64"), ...common };
  }
  const file = { bytes, contentType: "image/jpeg", foreign: true };
  return { url: context.origin + context.files.put("/xai-imgen", "img.jpeg", file), ...common };
}

/** An edit of one image has its shape, whatever is asked for. */
function sizeOf(body: JsonObject, inputs: readonly Input[]): { width: number; height: number } {
  const tier = body["resolution"] === "2k" ? "2K" : "1K";
  const [only] = inputs;
  if (inputs.length === 1 && only !== undefined && only !== "elsewhere") {
    return sizeForRatio(`${only.width}:${only.height}`, tier);
  }
  const ratio = asText(body["aspect_ratio"]) ?? "1:1";
  return sizeForRatio(ratio === "auto" ? "1:1" : ratio, tier);
}

/** In ticks, of which ten thousand million are a US dollar. */
const inputPrice = 20_000_000;

function priceOf(body: JsonObject): number {
  const model = asText(body["model"]) ?? "";
  const large = body["resolution"] === "2k";
  if (/-2\.0\b/.test(model)) {
    const steps = (body["quality"] === "low" ? 0 : 1) + (large ? 1 : 0);
    return 400_000_000 + steps * 200_000_000;
  }
  if (/-(?:quality|pro)$/.test(model)) return large ? 700_000_000 : 500_000_000;
  return 200_000_000;
}
