import type { ImageEditTask } from "../domain/task.ts";

/** The bytes that come with an edit. What is still to be fetched is not known, and counts as nothing. */
export function inputBytes({ images, mask }: ImageEditTask): number {
  return [...images, ...(mask === undefined ? [] : [mask])].reduce(
    (sum, image) => sum + (image.kind === "bytes" ? image.bytes.length : dataUrlBytes(image.url)),
    0,
  );
}

/** About as many bytes as the base64 in it has. An address of another kind brings none. */
function dataUrlBytes(url: string): number {
  return /^data:/i.test(url) ? Math.floor((url.length * 3) / 4) : 0;
}
