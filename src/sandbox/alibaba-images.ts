import type { JsonObject } from "../domain/json.ts";
import type { AlibabaModel, AlibabaPath, AlibabaRequest } from "./alibaba-models.ts";
import { drawPicture } from "./draw-picture.ts";
import { longestEdge, sizeForRatio } from "./picture-size.ts";
import type { VendorContext } from "./vendor.ts";

/** What is to be drawn, and how it is handed over. */
export interface AlibabaDrawing {
  readonly name: string;
  readonly model: AlibabaModel;
  readonly path: AlibabaPath;
  readonly request: AlibabaRequest;
  /** Whether nothing comes of it all the same. */
  readonly empty: boolean;
}

/** Draws the images of a request and says what `output` and `usage` are then. */
export async function drawAlibabaImages(
  context: VendorContext,
  drawing: AlibabaDrawing,
): Promise<{ readonly output: JsonObject; readonly usage: JsonObject }> {
  const { model, path, request } = drawing;
  const size = pixelsOf(request.size);
  const count = drawing.empty ? 0 : request.count;
  const urls: string[] = [];
  for (let index = 0; index < count; index++) {
    urls.push(await draw(context, drawing, size, index));
  }
  if (path.endsWith("/image-synthesis")) {
    const results = urls.map((url) => ({ orig_prompt: request.prompt, url }));
    return { output: { results }, usage: { image_count: count } };
  }
  const items = urls.map((image) => (model.choiceEach ? { type: "image", image } : { image }));
  const choices = (model.choiceEach ? items.map((item) => [item]) : [items]).map((content) => ({
    finish_reason: "stop",
    message: { role: "assistant", content },
  }));
  return {
    output: { choices, ...(model.choiceEach ? { finished: true } : {}) },
    usage: usageOf(drawing, size, count),
  };
}

async function draw(
  context: VendorContext,
  { name, request }: AlibabaDrawing,
  size: { width: number; height: number },
  index: number,
): Promise<string> {
  const { prompt, seed, count } = request;
  const bytes = await drawPicture({
    prompt,
    provider: "alibaba",
    model: name,
    ...size,
    format: "png",
    variant: index + seed,
    note: count > 1 ? `${index + 1} OF ${count}` : undefined,
  });
  const expiresAt = context.clock.now() + 86_400_000;
  const file = { bytes, contentType: "image/png", foreign: true, expiresAt };
  const path = context.files.put("/alibaba-oss", `out-${index}.png`, file);
  const expires = Math.floor(expiresAt / 1000);
  return `${context.origin}${path}?Expires=${expires}&OSSAccessKeyId=LTAIsandbox&Signature=${context.newId(20)}%3D`;
}

/** Three generations of models count in three ways. */
function usageOf(
  { name, model }: AlibabaDrawing,
  { width, height }: { width: number; height: number },
  count: number,
): JsonObject {
  if (model.choiceEach) {
    const size = `${width}*${height}`;
    return { image_count: count, size, input_tokens: 0, output_tokens: 0, total_tokens: 0 };
  }
  if (!/^qwen-image-(3|2\.1)/.test(name)) return { image_count: count, width, height };
  return {
    output_image_count: count,
    input_image_count: 0,
    output_width: width,
    output_height: height,
    output_image_type: width * height > 2_250_000 ? "2k" : "1k",
  };
}

function pixelsOf(size: string): { width: number; height: number } {
  const [width = 0, height = 0] = size.split("*").map(Number);
  if (width > 0 && height > 0) {
    return { width: Math.min(width, longestEdge), height: Math.min(height, longestEdge) };
  }
  return sizeForRatio("1:1", size);
}
