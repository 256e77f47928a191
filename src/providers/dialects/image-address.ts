import type { ImageInput } from "../../domain/task.ts";

/**
 * An input image as one address: its own, or a data URL of its bytes. The type is
 * what the caller said, else what the first bytes say, else PNG.
 */
export function imageAddress(image: ImageInput): string {
  if (image.kind === "url") return image.url;
  const { bytes } = image;
  const mimeType = image.mimeType === "" ? sniff(bytes) : image.mimeType;
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  return `data:${mimeType};base64,${base64}`;
}

function sniff(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return "image/jpeg";
  if (bytes[0] === 0x47 && bytes[1] === 0x49 && bytes[2] === 0x46) return "image/gif";
  if (bytes[0] === 0x52 && bytes[1] === 0x49 && bytes[8] === 0x57 && bytes[9] === 0x45) {
    return "image/webp";
  }
  return "image/png";
}
