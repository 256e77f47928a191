import type { ChatMessage, ChatPart, ImageInput, Task } from "../domain/task.ts";

/** Makes another image of one, or of what stands for it. `field` is its path in the request. */
export type MapImage = (image: ImageInput, field: string) => Promise<ImageInput>;

/**
 * A task with other images in the places of its own, all of them made at the same
 * time. The mask of an edit stays as it is. What has no image is not copied.
 */
export async function mapImages(task: Task, map: MapImage): Promise<Task> {
  switch (task.operation) {
    case "text_to_image":
      return task;
    case "image_edit": {
      const images = await Promise.all(
        task.images.map((image, index) => map(image, `image_edit.images[${index}]`)),
      );
      return { ...task, images };
    }
    case "image_upscale":
      return { ...task, image: await map(task.image, "image_upscale.image") };
    case "chat": {
      const messages = await Promise.all(
        task.messages.map((message, index) => mapMessage(message, `chat.messages[${index}]`, map)),
      );
      return { ...task, messages };
    }
  }
}

async function mapMessage(
  message: ChatMessage,
  field: string,
  map: MapImage,
): Promise<ChatMessage> {
  if (!message.parts.some(({ kind }) => kind === "image")) return message;
  const parts = await Promise.all(
    message.parts.map(
      async (part, index): Promise<ChatPart> =>
        part.kind === "image"
          ? { ...part, image: await map(part.image, `${field}.parts[${index}].image`) }
          : part,
    ),
  );
  return { ...message, parts };
}
