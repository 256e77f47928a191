import { isDataUrl } from "../domain/data-url.ts";
import type { ImageInput, Task } from "../domain/task.ts";

/** The bytes of the images that come with a task. What is still to be fetched is not known, and counts as nothing. */
export function inputBytes(task: Task): number {
  switch (task.operation) {
    case "text_to_image":
      return 0;
    case "image_edit": {
      let sum = task.mask === undefined ? 0 : bytesOf(task.mask);
      for (const image of task.images) sum += bytesOf(image);
      return sum;
    }
    case "image_upscale":
      return bytesOf(task.image);
    case "chat": {
      let sum = 0;
      for (const { parts } of task.messages) {
        for (const part of parts) if (part.kind === "image") sum += bytesOf(part.image);
      }
      return sum;
    }
  }
}

/** Of a data URL about as many bytes as the base64 in it has. An address of another kind brings none. */
function bytesOf(image: ImageInput): number {
  if (image.kind === "bytes") return image.bytes.length;
  return isDataUrl(image.url) ? Math.floor((image.url.length * 3) / 4) : 0;
}
