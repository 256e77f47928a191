import type { ImageOptions } from "../../domain/image-options.ts";
import type { JsonValue } from "../../domain/json.ts";
import type { ProviderImage } from "../../domain/output.ts";
import type { Outcome } from "../outcome.ts";
import type { Reply } from "../reply.ts";
import { malformedReply } from "./http-failure.ts";
import { type OpenAiAnswers, requestIdOf } from "./openai-answers.ts";
import { readImageUsage } from "./openai-usage.ts";
import { readDataUrl } from "./read-data-url.ts";
import { asArray, asBytes, asObject, asText, objectBody } from "./read-json.ts";

/** Where an answer to `POST /images/generations` carries its images. */
export const imageMedia: readonly string[] = ["data[].b64_json"];

/** Where a stream carries them, or the plain answer that comes in its place. */
export const imageStreamMedia: readonly string[] = ["b64_json", "data[].b64_json"];

/** The size as `size` words it: "1536x1024". Undefined when the caller leaves it to the provider. */
export function pixelSize({ size }: ImageOptions): string | undefined {
  return size?.kind === "pixels" ? `${size.width}x${size.height}` : undefined;
}

/** The shape as `aspect_ratio` words it: "16:9". Undefined when the caller leaves it to the provider. */
export function aspectRatio({ size }: ImageOptions): string | undefined {
  return size?.kind === "aspect_ratio" ? `${size.width}:${size.height}` : undefined;
}

/**
 * What an answer `{data: [{b64_json | url, revised_prompt}], usage}` means. An item
 * without an image is left out; none at all is a failure. A relative address is
 * resolved against `baseUrl`, and without one it is no image.
 */
export function imagesResult(
  reply: Reply,
  answers: OpenAiAnswers,
  baseUrl?: string | undefined,
): Outcome {
  const requestId = requestIdOf(reply.headers, answers);
  const body = objectBody(reply);
  if (body === undefined) {
    const what = "The provider's answer is not a JSON object";
    return { kind: "failed", failure: malformedReply(reply, what, requestId) };
  }
  const failure = answers.embeddedFailure(body, reply);
  if (failure !== undefined) return { kind: "failed", failure };
  const images: ProviderImage[] = [];
  for (const item of asArray(body["data"])) {
    const image = readImage(item, baseUrl);
    if (image !== undefined) images.push(image);
  }
  const usage = asObject(body["usage"]);
  const cost = usage && answers.cost?.(usage);
  if (images.length === 0) {
    const what = "The provider's answer has no image in it";
    return { kind: "failed", failure: { ...malformedReply(reply, what, requestId), cost } };
  }
  return {
    kind: "done",
    output: { kind: "images", images },
    usage: readImageUsage(usage),
    cost,
    upstreamId: asText(body["id"]),
    upstreamModel: asText(body["model"]),
    requestId,
  };
}

/** One image of an answer, or of an event. Undefined when there is none in it. */
export function readImage(
  value: JsonValue | undefined,
  baseUrl?: string | undefined,
): ProviderImage | undefined {
  const item = asObject(value);
  if (item === undefined) return undefined;
  // The transport has decoded what is base64: text that is left here is broken.
  const bytes = asBytes(item["b64_json"]);
  const content = bytesContent(bytes) ?? readAddress(asText(item["url"]), baseUrl);
  return content && { content, revisedPrompt: asText(item["revised_prompt"]) };
}

function bytesContent(bytes: Uint8Array | undefined): ProviderImage["content"] | undefined {
  return bytes && { kind: "bytes", bytes };
}

function readAddress(
  address: string | undefined,
  baseUrl: string | undefined,
): ProviderImage["content"] | undefined {
  if (address === undefined) return undefined;
  if (address.startsWith("data:")) return bytesContent(readDataUrl(address));
  const url = URL.parse(address, baseUrl);
  const fetchable = url?.protocol === "https:" || url?.protocol === "http:";
  return fetchable ? { kind: "url", url: url.href } : undefined;
}
