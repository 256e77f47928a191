import { identifier } from "../../domain/failure.ts";
import type { JsonObject, JsonValue } from "../../domain/json.ts";
import type { ProviderImage } from "../../domain/output.ts";
import type { ImageTask } from "../../domain/task.ts";
import type { Outcome } from "../outcome.ts";
import type { Reply } from "../reply.ts";
import { falFailure } from "./fal-errors.ts";
import { httpFailure, malformedReply } from "./http-failure.ts";
import { asArray, asBytes, asObject, asText, at } from "./read-json.ts";

/** Where models put the images themselves when `sync_mode` asks for that, as data URLs. */
export const falMedia: readonly string[] = ["images[].url", "image.url"];

/**
 * What a model's output means: `images` or `image`, and for each whether the
 * safety checker blackened it, which is no image, and billed. How many units were
 * billed stands in a header, what they cost nowhere.
 */
export function falOutput(reply: Reply, output: JsonObject, task: ImageTask, id?: string): Outcome {
  const requestId = id ?? identifier(reply.headers["x-fal-request-id"]);
  const found = imagesOf(output, task);
  const usage = { billedUnits: unitsOf(reply) };
  if (found.length === 0) {
    if (output["detail"] !== undefined) return { kind: "failed", failure: falFailure(reply) };
    const failure = malformedReply(reply, "The provider's answer has no image", requestId);
    // The model ran all the same, unless fal says that it bills nothing.
    const billed = usage.billedUnits !== 0;
    return { kind: "failed", failure: { ...failure, billed, usage, ofJob: true } };
  }
  const images = found.flatMap(({ image, blackened }) => (blackened ? [] : [image]));
  const refusal = httpFailure(reply, {
    class: "refused",
    code: "has_nsfw_concepts",
    message: "The provider's safety checker blackened the image",
    requestId,
    billed: true,
    usage,
  });
  if (images.length === 0) return { kind: "failed", failure: refusal };
  return {
    kind: "done",
    output: { kind: "images", images },
    usage,
    upstreamId: requestId,
    requestId,
    shortfall: images.length < found.length ? refusal : undefined,
  };
}

/** "2.0": images or begun megapixels, whichever the model is billed by. */
function unitsOf({ headers }: Reply): number | undefined {
  const units = headers["x-fal-billable-units"] ?? "";
  return /^\d+(?:\.\d+)?$/.test(units) ? Number(units) : undefined;
}

interface FoundImage {
  readonly image: ProviderImage;
  readonly blackened: boolean;
}

function imagesOf(output: JsonObject, task: ImageTask): readonly FoundImage[] {
  const files = Array.isArray(output["images"]) ? asArray(output["images"]) : [output["image"]];
  const flags = asArray(output["has_nsfw_concepts"] ?? output["nsfw_content_detected"]);
  const revisedPrompt = revisedPromptOf(output, task);
  return files.flatMap((file, index) => {
    const content = contentOf(at(asObject(file), "url"));
    if (content === undefined) return [];
    return [{ image: { content, revisedPrompt }, blackened: flags[index] === true }];
  });
}

function contentOf(url: JsonValue | undefined): ProviderImage["content"] | undefined {
  const bytes = asBytes(url);
  if (bytes !== undefined) return { kind: "bytes", bytes };
  const address = asText(url);
  return address !== undefined && /^(?:https?:\/\/|data:)/i.test(address)
    ? { kind: "url", url: address }
    : undefined;
}

/** Most models give the prompt back as it was. */
function revisedPromptOf(output: JsonObject, task: ImageTask): string | undefined {
  const prompt = asText(output["prompt"]);
  const asked = task.operation === "image_upscale" ? prompt : task.prompt;
  return prompt === asked ? undefined : prompt;
}
