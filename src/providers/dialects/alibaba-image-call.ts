import type { ImageOptions } from "../../domain/image-options.ts";
import type { JsonObject, JsonValue } from "../../domain/json.ts";
import type { ImageEditTask, TextToImageTask } from "../../domain/task.ts";
import type { HttpCall } from "../http-call.ts";
import type { CallTarget } from "../provider.ts";
import { type AlibabaDialect, type AlibabaModel, alibabaModel } from "./alibaba-models.ts";
import { imageAddress } from "./image-address.ts";
import { present } from "./openai-chat.ts";

/** An operation that Model Studio's image models do. */
export type AlibabaImageTask = TextToImageTask | ImageEditTask;

/**
 * The call for images, in the dialect of its model. The number of images is always
 * said, since Wan models make four unless told otherwise, and so is that they are not to
 * be marked, since some models mark them by themselves; whether a prompt is rewritten is
 * left to the model.
 */
export function alibabaImageCall(task: AlibabaImageTask, target: CallTarget): HttpCall {
  const model = alibabaModel(target.upstreamModel);
  const { dialect } = model;
  return {
    method: "POST",
    path: `/api/v1/services/aigc/${pathOf(dialect, task)}`,
    // The one paths refuse it and the others refuse to be called without it.
    headers: dialect === "messages" ? undefined : { "x-dashscope-async": "enable" },
    body: {
      kind: "json",
      value: {
        model: target.upstreamModel,
        input: inputs[dialect](task, model),
        parameters: {
          ...parameters(task.options, model),
          ...present("negative_prompt", isMessages(dialect) ? negative(task, model) : undefined),
        },
      },
    },
  };
}

function pathOf(dialect: AlibabaDialect, task: AlibabaImageTask): string {
  if (dialect === "messages") return "multimodal-generation/generation";
  if (dialect === "messages_task") return "image-generation/generation";
  return task.operation === "image_edit"
    ? "image2image/image-synthesis"
    : "text2image/image-synthesis";
}

const inputs: Readonly<
  Record<AlibabaDialect, (task: AlibabaImageTask, model: AlibabaModel) => JsonObject>
> = {
  messages: messagesInput,
  messages_task: messagesInput,
  prompt_task: promptInput,
  function_task: functionInput,
};

/** One message of the user's: the images, then the text. */
function messagesInput(task: AlibabaImageTask): JsonObject {
  const content = [...addresses(task).map((image) => ({ image })), { text: task.prompt }];
  return { messages: [{ role: "user", content }] };
}

function promptInput(task: AlibabaImageTask, model: AlibabaModel): JsonObject {
  const images = addresses(task);
  return {
    prompt: task.prompt,
    ...present("negative_prompt", negative(task, model)),
    ...present("images", images.length > 0 ? images : undefined),
  };
}

/** White is what a mask changes here. */
function functionInput(task: AlibabaImageTask): JsonObject {
  const [image] = addresses(task);
  const mask = task.operation === "image_edit" ? task.mask : undefined;
  return {
    function: mask === undefined ? "description_edit" : "description_edit_with_mask",
    prompt: task.prompt,
    ...present("base_image_url", image),
    ...present("mask_image_url", mask && imageAddress(mask)),
  };
}

function addresses(task: AlibabaImageTask): readonly JsonValue[] {
  return task.operation === "image_edit" ? task.images.map(imageAddress) : [];
}

function negative(task: AlibabaImageTask, model: AlibabaModel): string | undefined {
  const said = task.operation === "text_to_image" && model.negativePrompt;
  return said && task.negativePrompt !== "" ? task.negativePrompt : undefined;
}

function isMessages(dialect: AlibabaDialect): boolean {
  return dialect === "messages" || dialect === "messages_task";
}

function parameters(options: ImageOptions, model: AlibabaModel): JsonObject {
  const { size } = options;
  return {
    ...present("n", model.maxCount > 0 ? options.count : undefined),
    ...present("size", size?.kind === "pixels" ? `${size.width}*${size.height}` : undefined),
    ...present("seed", options.seed),
    watermark: false,
  };
}
