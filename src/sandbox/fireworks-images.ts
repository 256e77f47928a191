import type { JsonObject, JsonValue } from "../domain/json.ts";
import { drawPicture } from "./draw-picture.ts";
import { fireworksError, fireworksUnfit } from "./fireworks-errors.ts";
import { sizeForRatio } from "./picture-size.ts";
import { asNumber, asText, isWhole } from "./read-json.ts";
import type { Answer, VendorContext, Visit } from "./vendor.ts";

/** An order for one image, to a workflow that answers with it or to the older API. */
export interface FireworksOrder {
  readonly kind: "workflow" | "legacy";
  readonly model: string;
  readonly body: JsonObject;
}

/** Answers POST /workflows/…/text_to_image and POST /image_generation/…: `accept` decides in which form. */
export async function fireworksImage(
  context: VendorContext,
  visit: Visit,
  order: FireworksOrder,
): Promise<Answer> {
  const { body, kind } = order;
  const wrong = kind === "legacy" ? checkLegacy(body) : checkWorkflow(body);
  if (wrong !== undefined) return wrong;
  const effect = visit.order.effect?.kind;
  if (effect === "fail_late") {
    await context.clock.sleep(1000, visit.signal);
    return fireworksError(500);
  }
  const accept = visit.header("accept") ?? "*/*";
  const format = accept.includes("image/jpeg") ? "jpeg" : "png";
  const finish = effect === "refuse" ? "CONTENT_FILTERED" : "SUCCESS";
  const bytes =
    effect === "empty"
      ? Buffer.alloc(0)
      : effect === "refuse"
        ? await blackPicture(sizeOf(order), format)
        : await draw(order, format);
  const seed = asNumber(body["seed"]) || 61_234;
  if (!accept.includes("application/json")) {
    const headers = { "finish-reason": finish, seed: String(seed) };
    return { kind: "bytes", status: 200, headers, contentType: `image/${format}`, bytes };
  }
  const base64 = bytes.toString("base64");
  const value: JsonValue =
    kind === "legacy"
      ? [{ base64, finishReason: finish, seed, Id: context.newId(12) }]
      : {
          id: context.newId(12),
          base64: effect === "empty" ? [] : [`data:image/png;base64,${base64}`],
          finishReason: finish,
          seed,
        };
  return { kind: "json", status: 200, value };
}

/** What the filter leaves of a picture. */
async function blackPicture(
  { width, height }: { width: number; height: number },
  format: "png" | "jpeg",
): Promise<Buffer> {
  const { default: sharp } = await import("sharp");
  const black = sharp({ create: { width, height, channels: 3, background: "#000000" } });
  return black.toFormat(format).toBuffer();
}

function draw(order: FireworksOrder, format: "png" | "jpeg"): Promise<Buffer> {
  const { body, model } = order;
  return drawPicture({
    prompt: asText(body["prompt"]) ?? "",
    provider: "fireworks",
    model: model.slice(model.lastIndexOf("/") + 1),
    ...sizeOf(order),
    format,
    variant: asNumber(body["seed"]) ?? 0,
  });
}

function sizeOf({ kind, body }: FireworksOrder): { width: number; height: number } {
  if (kind === "workflow") return sizeForRatio(asText(body["aspect_ratio"]) ?? "1:1", "1K");
  return { width: Number(body["width"] ?? 1024), height: Number(body["height"] ?? 1024) };
}

/** What a workflow does not know, like a size, it ignores. */
function checkWorkflow(body: JsonObject): Answer | undefined {
  const { prompt, aspect_ratio: ratio, num_inference_steps: steps } = body;
  if (typeof prompt !== "string") return fireworksUnfit("prompt", "Field required");
  if (ratio !== undefined && !ratios.includes(ratio)) {
    return fireworksUnfit("aspect_ratio", `Input should be ${ratios.join(", ")}`);
  }
  if (steps !== undefined && !isWhole(steps, 1, 100)) {
    return fireworksUnfit("num_inference_steps", "Input should be a valid integer");
  }
  return checkSeed(body);
}

/** Width and height may be numbers or texts of them. */
function checkLegacy(body: JsonObject): Answer | undefined {
  const { prompt, width = 1024, height = 1024, samples = 1 } = body;
  if (typeof prompt !== "string" && !Array.isArray(body["text_prompts"])) {
    return fireworksUnfit("prompt", "Field required");
  }
  if (!sizes.has(`${width}x${height}`)) {
    return fireworksUnfit("width", "The size is not one of those that the model was trained on");
  }
  if (!isWhole(samples, 1, 10)) return fireworksUnfit("samples", "Input should be 1 to 10");
  return checkSeed(body);
}

function checkSeed({ seed }: JsonObject): Answer | undefined {
  if (seed === undefined || isWhole(seed, 0, 4_294_967_295)) return undefined;
  return fireworksUnfit("seed", "Input should be a valid integer");
}

const ratios: readonly JsonValue[] = [
  ...["1:1", "21:9", "16:9", "3:2", "5:4", "4:5", "2:3", "9:16", "9:21", "4:3", "3:4"],
];

const sizes: ReadonlySet<string> = new Set([
  ...["1024x1024", "1152x896", "896x1152", "1216x832", "832x1216"],
  ...["1344x768", "768x1344", "1536x640", "640x1536"],
]);
