import type { Adjustment } from "../domain/adjustment.ts";
import type { ChatCapabilities, ImageCapabilities } from "../domain/capabilities.ts";
import type { GenerateRequest } from "../domain/generate-request.ts";
import type { ImageOptions } from "../domain/image-options.ts";
import type { ChatTask, ImageEditTask, ImageTask, Task } from "../domain/task.ts";
import type { Endpoint } from "../providers/endpoint.ts";
import { printSize } from "./choose-size.ts";
import { servesModel } from "./endpoint-models.ts";
import { fitChat } from "./fit-chat.ts";
import { fitImageOptions } from "./fit-image-options.ts";
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

/**
 * Fits a task to what a target can do, from the capabilities that its provider
 * states. Every parameter has one meaning, whoever the provider is: it is sent
 * as it is, becomes the nearest thing, is done by Spillway, or is left out, and
 * whatever happened to it is an Adjustment. In "strict" mode a target that needs
 * a parameter changed or left out is unsupported; emulation is exact, so it counts
 * as support.
 */
export function fitTask(
  task: Task,
  endpoint: Endpoint,
  upstreamModel: string,
  mode: GenerateRequest["parameterMode"],
): FitResult {
  if (!endpoint.operations.includes(task.operation)) return cannot("task", `do ${task.operation}`);
  if (!servesModel(endpoint, upstreamModel)) return cannot("task", `serve ${upstreamModel}`);
  const result = fitOperation(task, endpoint, upstreamModel);
  if (result.kind === "unsupported" || mode === "adapt") return result;
  const inexact = result.fit.adjustments.find(({ kind }) => kind !== "emulated");
  if (inexact === undefined) return result;
  return {
    kind: "unsupported",
    field: inexact.field,
    reason: `cannot honour ${inexact.field} exactly`,
    adjustments: result.fit.adjustments,
  };
}

function fitOperation(task: Task, endpoint: Endpoint, upstreamModel: string): FitResult {
  const { operations } = endpoint.provider;
  const { settings, slug } = endpoint;
  switch (task.operation) {
    case "chat": {
      if (operations.chat === undefined) break;
      return fitChatTask(task, operations.chat.capabilities(upstreamModel, settings), slug);
    }
    case "text_to_image":
    case "image_edit":
    case "image_upscale": {
      const dialect = operations[task.operation];
      if (dialect === undefined) break;
      return fitImageTask(task, dialect.capabilities(upstreamModel, settings), slug);
    }
  }
  return cannot("task", `do ${task.operation}`);
}

function fitChatTask(task: ChatTask, capabilities: ChatCapabilities, provider: string): FitResult {
  const fitted = fitChat(task, capabilities, provider);
  if (fitted.kind === "unsupported") return { ...fitted, adjustments: [] };
  const { adjustments } = fitted;
  return { kind: "fits", fit: { task: fitted.task, maxCountPerCall: 1, adjustments, finish: {} } };
}

function fitImageTask(
  task: ImageTask,
  capabilities: ImageCapabilities,
  provider: string,
): FitResult {
  const unfit = task.operation === "image_edit" ? unfitEdit(task, capabilities) : undefined;
  if (unfit !== undefined) return unfit;
  const wishes = task.operation === "image_upscale" ? withoutShape(task, provider) : asGiven(task);
  const shapeIsGiven = task.operation !== "text_to_image";
  const fitted = fitImageOptions(wishes.options, capabilities, { provider, shapeIsGiven });
  const { negativePrompt, dropped } = fitNegativePrompt(task, capabilities, provider);
  const adjustments = [...wishes.adjustments, ...dropped, ...fitted.adjustments];
  const { options, finish } = fitted;
  return {
    kind: "fits",
    fit: {
      task:
        task.operation === "text_to_image"
          ? { ...task, negativePrompt, options }
          : { ...task, options },
      maxCountPerCall: Math.max(1, capabilities.maxCountPerCall),
      adjustments,
      finish,
    },
  };
}

/** An input that is left out would make another picture, so an edit is taken whole or not at all. */
function unfitEdit(task: ImageEditTask, capabilities: ImageCapabilities): FitResult | undefined {
  const most = capabilities.maxInputImages;
  if (most !== undefined && task.images.length > most) {
    return cannot("images", `edit ${task.images.length} images at once, only ${most}`);
  }
  if (task.mask !== undefined && capabilities.mask === undefined) {
    return cannot("mask", "keep an edit to a mask");
  }
  return undefined;
}

function fitNegativePrompt(
  task: ImageTask,
  capabilities: ImageCapabilities,
  provider: string,
): { negativePrompt: string; dropped: readonly Adjustment[] } {
  const negativePrompt = task.operation === "text_to_image" ? task.negativePrompt : "";
  if (negativePrompt === "" || capabilities.negativePrompt === true) {
    return { negativePrompt, dropped: [] };
  }
  // The caller's words are measured and not repeated.
  const requested = `${negativePrompt.length} characters`;
  const dropped = drop("negative_prompt", requested, provider, "There is no such parameter.");
  return { negativePrompt: "", dropped: [dropped] };
}

interface Wishes {
  readonly options: ImageOptions;
  readonly adjustments: readonly Adjustment[];
}

function asGiven({ options }: ImageTask): Wishes {
  return { options, adjustments: [] };
}

/** An upscale gives one image, whose shape and size follow from its input and factor. */
function withoutShape({ options }: ImageTask, provider: string): Wishes {
  const { count, size, resolution, ...rest } = options;
  const reason = "The input and the factor decide it.";
  const adjustments: Adjustment[] = [];
  if (count > 1) adjustments.push(drop("options.count", String(count), provider, reason));
  if (size !== undefined) {
    const field = size.kind === "pixels" ? "options.pixels" : "options.aspect_ratio";
    adjustments.push(drop(field, printSize(size), provider, reason));
  }
  if (resolution !== undefined) {
    adjustments.push(drop("options.resolution", resolution, provider, reason));
  }
  return { options: { ...rest, count: 1 }, adjustments };
}

function drop(field: string, requested: string, provider: string, reason: string): Adjustment {
  return { field, requested, applied: "", kind: "dropped", provider, reason };
}

function cannot(field: string, what: string): FitResult {
  return { kind: "unsupported", field, reason: `cannot ${what}`, adjustments: [] };
}
