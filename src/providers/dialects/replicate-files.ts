import type { Failure } from "../../domain/failure.ts";
import type { ImageBytes, ImageEditTask } from "../../domain/task.ts";
import type { UploadDialect } from "../provider.ts";
import type { Reply } from "../reply.ts";
import { malformedReply } from "./http-failure.ts";
import { imageFileName } from "./image-file-name.ts";
import { imageType } from "./image-type.ts";
import { asText, at } from "./read-json.ts";
import { replicateFailure } from "./replicate-errors.ts";

/** The largest file that Replicate takes, in bytes (README of npm `replicate` 1.4.0). */
export const maxFileBytes = 100 * 1024 * 1024;

/**
 * How Replicate is given large images: as files, which it keeps for a day (`POST
 * /files`, replicate.com/docs/reference/http and npm `replicate` 1.4.0, 2026-11-21).
 */
export const replicateUploads: UploadDialect<ImageEditTask> = {
  images: ({ images, mask }) =>
    [...images, ...(mask === undefined ? [] : [mask])].filter(
      (image) => image.kind === "bytes" && image.bytes.length > maxInlineBytes,
    ) as readonly ImageBytes[],
  request({ bytes, mimeType: said }) {
    const mimeType = imageType(bytes, said);
    const filename = imageFileName("image", mimeType);
    const parts = [{ kind: "file", name: "content", filename, mimeType, bytes } as const];
    return { method: "POST", path: "/files", body: { kind: "multipart", parts } };
  },
  result(reply) {
    const url =
      reply.body.kind === "json" ? asText(at(reply.body.value, "urls", "get")) : undefined;
    if (url !== undefined && /^https?:\/\//i.test(url)) return { kind: "uploaded", url };
    const failure = malformedReply(reply, "The provider's answer is not a file with an address");
    return { kind: "failed", failure };
  },
  failure: uploadFailure,
};

/**
 * What travels as a data URL, in bytes: Replicate's OpenAPI document wants addresses
 * for files above 256 KB. The most images of a model at that size make up 5.6 MB of
 * data URLs; predictions with 6 MB and more have been reported to break off.
 */
const maxInlineBytes = 256 * 1024;

/**
 * An upload names no model, and its image was looked at before: what Replicate has
 * against it says something about neither.
 */
function uploadFailure(reply: Reply): Failure {
  const failure = replicateFailure(reply);
  const isVerdict = failure.class === "model_gone" || failure.class === "caller_fault";
  return isVerdict ? { ...failure, class: "unsupported_here" } : failure;
}
