import type { Adjustment } from "../domain/adjustment.ts";
import type { ImageCapabilities } from "../domain/capabilities.ts";
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
 * provider takes bytes only, and a mask is rewritten where the provider reads it
 * another way. Both are exact; fetching changes nothing that could be told.
 */
export function fitInputs(
  task: ImageTask,
  capabilities: Pick<ImageCapabilities, "inputUrls" | "mask" | "maxInputBytes">,
  provider: string,
): FittedInputs {
  if (task.operation === "text_to_image") return { needs: undefined, adjustments: [] };
  const fetch = capabilities.inputUrls !== true;
  if (task.operation === "image_upscale") return { needs: { fetch }, adjustments: [] };
  const { maxInputBytes: maxBytes } = capabilities;
  if (task.mask === undefined) return { needs: { fetch, maxBytes }, adjustments: [] };
  const { maskPolarity } = task;
  const { mask } = capabilities;
  const needs = { fetch, mask, maxBytes };
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
export function chatInputs(task: ChatTask, takesUrls: boolean): InputNeeds | undefined {
  const bringsImages = task.messages.some(({ parts }) =>
    parts.some(({ kind }) => kind === "image"),
  );
  return bringsImages ? { fetch: !takesUrls } : undefined;
}
