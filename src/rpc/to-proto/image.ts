import type { Image } from "../../../gen/spillway/v1/image_pb.ts";
import type { FinishedImage } from "../../domain/output.ts";
import { timestampToProto } from "./time.ts";

/** Writes an image. Its bytes are not copied. */
export function imageToProto(image: FinishedImage): Image {
  const { content } = image;
  const message: Image = {
    $typeName: "spillway.v1.Image",
    content:
      content.kind === "bytes"
        ? { case: "data", value: content.bytes }
        : { case: "url", value: content.url },
    mimeType: image.mimeType,
    width: image.width,
    height: image.height,
    revisedPrompt: image.revisedPrompt,
    contentFiltered: image.contentFiltered,
    provider: image.provider,
  };
  if (content.kind === "url" && content.expiresAt !== undefined) {
    message.expireTime = timestampToProto(content.expiresAt);
  }
  return message;
}
