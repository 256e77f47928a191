import type { JsonObject, JsonValue } from "../domain/json.ts";
import { drawPicture } from "./draw-picture.ts";
import { editNote, type InputImage, readInputAddress, readInputImage } from "./input-image.ts";
import { longestEdge } from "./picture-size.ts";
import { asList, asNumber, asObject, asText } from "./read-json.ts";
import type { RunwareComplaint } from "./runware-errors.ts";
import type { VendorContext } from "./vendor.ts";

/** Where result files are; their host takes no credential. */
const filePath = "/runware-images/image/ws/2/ii";

type Seen = InputImage | "elsewhere";

/** The images that a task brings. A complaint when one of them is none. */
export async function readRunwareInputs(
  context: VendorContext,
  task: JsonObject,
): Promise<readonly Seen[] | RunwareComplaint> {
  const inputs = asObject(task["inputs"]) ?? {};
  const given = [
    inputs["image"] ?? task["inputImage"],
    inputs["seedImage"] ?? task["seedImage"],
    ...asList(inputs["referenceImages"] ?? task["referenceImages"]),
    ...asList(inputs["images"]),
  ].flatMap((value) => asText(value) ?? []);
  const seen: Seen[] = [];
  for (const value of given) {
    const image = await readMedia(context, value);
    if (image === undefined) {
      const message = "The image cannot be read.";
      return { code: "invalidImage", message, parameter: "inputs" };
    }
    seen.push(image);
  }
  return seen;
}

/** The id of an image that is there already, an address, a data URI, or bare base64. */
async function readMedia(context: VendorContext, value: string): Promise<Seen | undefined> {
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-/i.test(value)) return "elsewhere";
  if (/^(?:https?|data):/i.test(value)) return readInputAddress(value, context.files);
  return readInputImage(Buffer.from(value, "base64"));
}

/** Does the work of a task: one result for each image. */
export async function makeRunwareResults(
  context: VendorContext,
  task: JsonObject,
  inputs: readonly Seen[],
): Promise<readonly JsonObject[]> {
  const count = task["taskType"] === "upscale" ? 1 : (asNumber(task["numberResults"]) ?? 1);
  const results: JsonObject[] = [];
  for (let index = 0; index < count; index++) {
    results.push(await makeResult(context, task, inputs, index));
  }
  return results;
}

async function makeResult(
  context: VendorContext,
  task: JsonObject,
  inputs: readonly Seen[],
  index: number,
): Promise<JsonObject> {
  const upscales = task["taskType"] === "upscale";
  const format = formats[asText(task["outputFormat"]) ?? "JPG"] ?? "jpeg";
  const seed = ((asNumber(task["seed"]) ?? 1812340021) + index) % 2 ** 32;
  const prompt = asText(task["positivePrompt"]) ?? "";
  const masked = asObject(task["inputs"])?.["maskImage"] ?? task["maskImage"];
  const bytes = await drawPicture({
    prompt,
    provider: "runware",
    model: asText(task["model"]) ?? "",
    ...pictureSize(task, inputs),
    format,
    quality: asNumber(task["outputQuality"]) ?? 95,
    variant: seed,
    note: inputs.length === 0 ? undefined : editNote(inputs, masked !== undefined),
  });
  const imageUUID = newUuid(context);
  const checks = asObject(task["safety"])?.["checkContent"] === true || task["checkNSFW"] === true;
  return {
    taskType: task["taskType"],
    taskUUID: task["taskUUID"],
    imageUUID,
    ...delivered(context, task["outputType"], imageUUID, bytes, format),
    ...(upscales ? { inputImageUUID: newUuid(context) } : { seed }),
    ...(checks ? { NSFWContent: /nsfw/i.test(prompt) } : {}),
    ...(task["includeCost"] === true ? { cost: upscales ? 0.0019 : 0.0038 } : {}),
  };
}

const formats: Readonly<Record<string, "png" | "jpeg" | "webp">> = {
  JPG: "jpeg",
  PNG: "png",
  WEBP: "webp",
};

function delivered(
  context: VendorContext,
  outputType: JsonValue | undefined,
  imageUUID: string,
  bytes: Buffer,
  format: "png" | "jpeg" | "webp",
): JsonObject {
  const contentType = `image/${format}`;
  if (outputType === "base64Data") return { imageBase64Data: bytes.toString("base64") };
  if (outputType === "dataURI") {
    return { imageDataURI: `data:${contentType};base64,${bytes.toString("base64")}` };
  }
  const name = `${imageUUID}.${format === "jpeg" ? "jpg" : format}`;
  const path = context.files.put(filePath, name, { bytes, contentType, foreign: true });
  return { imageURL: context.origin + path };
}

/** What is asked for, else the size of the first input, enlarged where that is the task. */
function pictureSize(task: JsonObject, inputs: readonly Seen[]): { width: number; height: number } {
  const width = asNumber(task["width"]);
  const height = asNumber(task["height"]);
  if (width !== undefined && height !== undefined) return shrink(width, height);
  const [first] = inputs;
  const { width: wide, height: high } =
    first === undefined || first === "elsewhere" ? { width: 1024, height: 1024 } : first;
  const factor = asNumber(task["upscaleFactor"]) ?? 1;
  return shrink(wide * factor, high * factor);
}

function shrink(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, longestEdge / Math.max(width, height));
  const edge = (length: number): number => Math.max(16, Math.round(length * scale));
  return { width: edge(width), height: edge(height) };
}

/** An id in the form of a UUID of version 4. */
export function newUuid(context: VendorContext): string {
  const digits = Buffer.from(context.newId(16)).toString("hex");
  return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-a$4-$5");
}
