import type { Adjustment } from "../domain/adjustment.ts";
import type { ChatCapabilities, ImageCapabilities } from "../domain/capabilities.ts";
import type { ChatTask, ImageTask } from "../domain/task.ts";
import type { InputNeeds } from "./plan.ts";

/** What the caller's images need before a provider takes them, and what of it is worth telling. */
export interface FittedInputs {
  /** Undefined when the task brings no images. */
  readonly needs: InputNeeds | undefined;
  readonly adjustments: readonly Adjustment[];
}

/**
 * Works out what is done to the images of a task: addresses are fetched where the
 * provider takes bytes only, files are converted where it does not take theirs, which
 * shows when they are here, and a mask is rewritten where the provider reads it another
 * way. All are exact; fetching changes nothing that could be told.
 */
export function fitInputs(
  task: ImageTask,
  capabilities: Pick<
    ImageCapabilities,
    "inputUrls" | "inputFile" | "mask" | "maskFile" | "maxInputBytes"
  >,
  provider: string,
): FittedInputs {
  if (task.operation === "text_to_image") return { needs: undefined, adjustments: [] };
  const { inputFile: file, maxInputBytes: maxBytes, mask, maskFile } = capabilities;
  const images = { fetch: capabilities.inputUrls !== true, file, maxBytes };
  if (task.operation === "image_upscale" || task.mask === undefined) {
    return { needs: images, adjustments: [] };
  }
  const { maskPolarity } = task;
  const needs = { ...images, mask, maskFile };
  if (mask === undefined || mask === maskPolarity) return { needs, adjustments: [] };
  const adjustment: Adjustment = {
    field: "mask_polarity",
    requested: maskPolarity,
    applied: mask,
    kind: "emulated",
    provider,
    reason: "The provider reads masks this way, so Spillway rewrites the mask.",
  };
  return { needs, adjustments: [adjustment] };
}

/** What the images of a conversation need. Undefined when it brings none. */
export function chatInputs(
  task: ChatTask,
  { imageUrls, inputFile: file, maxInputBytes: maxBytes }: ChatCapabilities,
): InputNeeds | undefined {
  const bringsImages = task.messages.some(({ parts }) =>
    parts.some(({ kind }) => kind === "image"),
  );
  return bringsImages ? { fetch: imageUrls !== true, file, maxBytes } : undefined;
}
