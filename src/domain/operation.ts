/** What can be asked of a provider. */
export type Operation = "text_to_image" | "image_edit" | "image_upscale" | "chat";

/** Every operation, in the order of the contract. */
export const operations: readonly Operation[] = [
  "text_to_image",
  "image_edit",
  "image_upscale",
  "chat",
];
