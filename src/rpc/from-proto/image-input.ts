import type { ImageInput as ProtoImage } from "../../../gen/spillway/v1/image_pb.ts";
import type { ImageInput } from "../../domain/task.ts";

/** Reads an image that the caller supplies. The bytes stay where the message has them. */
export function imageInputFromProto(image: ProtoImage): ImageInput {
  const { source, mimeType } = image;
  switch (source.case) {
    case "data":
      return { kind: "bytes", bytes: source.value, mimeType };
    case "url":
      return { kind: "url", url: source.value, mimeType };
    case undefined:
      throw new Error("an image without a source passed validation");
  }
}
