import { type Adjustment, noAdjustments } from "../domain/adjustment.ts";
import type { ChatCapabilities, ImageCapabilities } from "../domain/capabilities.ts";
import type { Finish } from "../domain/finish.ts";
import type { GenerateRequest } from "../domain/generate-request.ts";
import type {
  ChatTask,
  ImageEditTask,
  ImageTask,
  ImageUpscaleTask,
  Task,
  TextToImageTask,
} from "../domain/task.ts";
import type { Ability } from "./ability.ts";
import { fitChat } from "./fit-chat.ts";
import { fitImageOptions, type OptionsContext } from "./fit-image-options.ts";
import { chatInputs, fitInputs } from "./fit-inputs.ts";
import { fitUpscale } from "./fit-upscale.ts";
import { inputBytes } from "./input-bytes.ts";
import type { Fit } from "./plan.ts";

/** How a task suits a target, or why it does not. */
export type FitResult =
  | { readonly kind: "fits"; readonly fit: Fit }
  | {
      readonly kind: "unsupported";
      /** The path of the parameter in the way, or "task" when it is the operation itself. */
      readonly field: string;
      /** What the target cannot do, as the end of a sentence. */
      readonly reason: string;
      /** What would have been adjusted, when that is the reason. */
      readonly adjustments: readonly Adjustment[];
    };

/** What a fit depends on, beside the task and what the target can be asked. */
export interface FitOptions {
  readonly mode: GenerateRequest["parameterMode"];
  /** Whether Spillway has a place for files, from which they can be linked to. Default false. */
  readonly storesMedia?: boolean | undefined;
}

/**
 * Fits a task to what a target can do by the task's operation. Every parameter has
 * one meaning, whoever the provider is: it is sent as it is, becomes the nearest
 * thing, is done by Spillway, or is left out, and whatever happened to it is an
 * Adjustment. In "strict" mode a target that needs a parameter changed or left out
 * is unsupported; emulation is exact, so it counts as support.
 */
export function fitTask(task: Task, ability: Ability, options: FitOptions): FitResult {
  const result = fitOperation(task, ability, options);
  if (result.kind === "unsupported" || options.mode === "adapt") return result;
  const inexact = result.fit.adjustments.find(({ kind }) => kind !== "emulated");
  if (inexact === undefined) return result;
  return {
    kind: "unsupported",
    field: inexact.field,
    reason: `cannot honour ${inexact.field} exactly`,
    adjustments: result.fit.adjustments,
  };
}

function fitOperation(
  task: Task,
  ability: Ability,
  { storesMedia = false }: FitOptions,
): FitResult {
  if (ability.kind === "none") return unsupported("task", ability.reason);
  const { provider } = ability;
  if (ability.kind === "chat" && task.operation === "chat") {
    return fitChatTask(task, ability.capabilities, provider);
  }
  if (ability.kind === "images" && task.operation !== "chat") {
    return fitImageTask(task, ability.capabilities, { provider, storesMedia });
  }
  throw new Error("What a target can do by one operation says nothing of another.");
}

/** A chat has no images that could be made into others. */
const untouched: Finish = Object.freeze({});

function fitChatTask(task: ChatTask, capabilities: ChatCapabilities, provider: string): FitResult {
  const fitted = fitChat(task, capabilities, provider);
  if (fitted.kind === "unsupported") return unsupported(fitted.field, fitted.reason);
  const { adjustments } = fitted;
  const inputs = chatInputs(task, capabilities);
  return {
    kind: "fits",
    fit: { task: fitted.task, maxCountPerCall: 1, adjustments, finish: untouched, inputs },
  };
}

function fitImageTask(
  task: ImageTask,
  capabilities: ImageCapabilities,
  target: Pick<OptionsContext, "provider" | "storesMedia">,
): FitResult {
  const unfit = task.operation === "image_edit" ? unfitEdit(task, capabilities) : undefined;
  if (unfit !== undefined) return unfit;
  const { provider } = target;
  const context = { ...target, shapeIsGiven: task.operation !== "text_to_image" };
  if (task.operation === "image_upscale") return fitUpscaleTask(task, capabilities, context);
  const fitted = fitImageOptions(task.options, shapedBy(task, capabilities), context);
  const { negativePrompt, dropped } = fitNegativePrompt(task, capabilities, provider);
  const inputs = fitInputs(task, capabilities, provider);
  const { options, finish } = fitted;
  return {
    kind: "fits",
    fit: {
      task:
        task.operation === "text_to_image"
          ? { ...task, negativePrompt, options }
          : { ...task, options },
      maxCountPerCall: Math.max(1, capabilities.maxCountPerCall),
      adjustments: [...dropped, ...inputs.adjustments, ...fitted.adjustments],
      finish,
      inputs: inputs.needs,
    },
  };
}

/** The capabilities without a choice of shape, where an edit has too few images for one. */
function shapedBy(
  task: TextToImageTask | ImageEditTask,
  capabilities: ImageCapabilities,
): ImageCapabilities {
  const { minInputsForShape = 1 } = capabilities;
  if (task.operation !== "image_edit" || task.images.length >= minInputsForShape) {
    return capabilities;
  }
  return { ...capabilities, size: undefined };
}

function fitUpscaleTask(
  task: ImageUpscaleTask,
  capabilities: ImageCapabilities,
  context: OptionsContext,
): FitResult {
  const upscale = fitUpscale(task, capabilities, context.provider);
  const fitted = fitImageOptions(upscale.task.options, capabilities, context);
  const { needs } = fitInputs(task, capabilities, context.provider);
  return {
    kind: "fits",
    fit: {
      task: { ...upscale.task, options: fitted.options },
      maxCountPerCall: 1,
      adjustments: [...upscale.adjustments, ...fitted.adjustments],
      finish: fitted.finish,
      inputs: needs,
    },
  };
}

/** An input that is left out would make another picture, so an edit is taken whole or not at all. */
function unfitEdit(task: ImageEditTask, capabilities: ImageCapabilities): FitResult | undefined {
  const most = capabilities.maxInputImages;
  if (most === 0) return cannot("images", "take input images");
  if (most !== undefined && task.images.length > most) {
    return cannot("images", `edit ${task.images.length} images at once, only ${most}`);
  }
  if (task.mask !== undefined && capabilities.mask === undefined) {
    return cannot("mask", "keep an edit to a mask");
  }
  if (task.mask === undefined && capabilities.needsMask === true) {
    return cannot("mask", "edit without a mask");
  }
  const { maxInputBytes } = capabilities;
  if (maxInputBytes !== undefined && inputBytes(task) > maxInputBytes) {
    return cannot("images", `take more than ${maxInputBytes} bytes of input images`);
  }
  return undefined;
}

function fitNegativePrompt(
  task: TextToImageTask | ImageEditTask,
  capabilities: ImageCapabilities,
  provider: string,
): { negativePrompt: string; dropped: readonly Adjustment[] } {
  const negativePrompt = task.operation === "text_to_image" ? task.negativePrompt : "";
  if (negativePrompt === "" || capabilities.negativePrompt === true) {
    return { negativePrompt, dropped: [] };
  }
  const dropped: Adjustment = {
    field: "negative_prompt",
    // The caller's words are measured and not repeated.
    requested: `${negativePrompt.length} characters`,
    applied: "",
    kind: "dropped",
    provider,
    reason: "There is no such parameter.",
  };
  return { negativePrompt: "", dropped: [dropped] };
}

function cannot(field: string, what: string): FitResult {
  return unsupported(field, `cannot ${what}`);
}

function unsupported(field: string, reason: string): FitResult {
  return { kind: "unsupported", field, reason, adjustments: noAdjustments };
}
