import type { ImageOptions } from "./image-options.ts";
import type { JsonObject } from "./json.ts";
import type { Shape } from "./shape.ts";

/** What to do: the operation and all that belongs to it. */
export type Task = TextToImageTask | ImageEditTask | ImageUpscaleTask | ChatTask;

/** A task whose result is images. */
export type ImageTask = TextToImageTask | ImageEditTask | ImageUpscaleTask;

/** Images from words. */
export interface TextToImageTask {
  readonly operation: "text_to_image";
  readonly prompt: string;
  /** Empty means none. */
  readonly negativePrompt: string;
  readonly options: ImageOptions;
}

/** Images from images. */
export interface ImageEditTask {
  readonly operation: "image_edit";
  readonly prompt: string;
  readonly images: readonly ImageInput[];
  readonly mask?: ImageInput | undefined;
  readonly maskPolarity: MaskPolarity;
  readonly options: ImageOptions;
}

/** How a mask is read: which of its pixels are changed. */
export type MaskPolarity = "transparent_is_edited" | "white_is_edited" | "black_is_edited";

/** The same image with more pixels. */
export interface ImageUpscaleTask {
  readonly operation: "image_upscale";
  readonly image: ImageInput;
  /** Above 1, at most 16. */
  readonly scaleFactor: number;
  readonly options: ImageOptions;
}

/** The next message of a conversation. */
export interface ChatTask {
  readonly operation: "chat";
  readonly messages: readonly ChatMessage[];
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly stop: readonly string[];
  readonly seed?: number | undefined;
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice | undefined;
  readonly responseFormat?: ResponseFormat | undefined;
  readonly reasoningEffort?: ReasoningEffort | undefined;
}

/** An image that the caller supplies. `mimeType` is empty when the caller did not say. */
export type ImageInput =
  | ImageBytes
  | { readonly kind: "url"; readonly url: string; readonly mimeType: string };

/** An image that is here. */
export interface ImageBytes {
  readonly kind: "bytes";
  readonly bytes: Uint8Array;
  readonly mimeType: string;
  /** In pixels, once somebody has looked. */
  readonly size?: Shape | undefined;
}

/** Who speaks. */
export type Role = "system" | "user" | "assistant" | "tool";

/** One message of a conversation. */
export interface ChatMessage {
  readonly role: Role;
  readonly parts: readonly ChatPart[];
}

/** One part of a message. */
export type ChatPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "image"; readonly image: ImageInput }
  | { readonly kind: "tool_call"; readonly call: ToolCall }
  | { readonly kind: "tool_result"; readonly toolCallId: string; readonly content: string };

/** A function that the model may ask the caller to run. `parameters` is a JSON Schema. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly parameters?: JsonObject | undefined;
}

/** Whether the model may, must or must not ask for a tool; `name` with "required" only. */
export interface ToolChoice {
  readonly mode: "auto" | "none" | "required";
  readonly name?: string | undefined;
}

/** The model's wish that the caller run a function. `arguments` is JSON text. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** The form of the model's answer. */
export type ResponseFormat =
  | { readonly kind: "text" }
  | { readonly kind: "json" }
  | {
      readonly kind: "json_schema";
      readonly name: string;
      readonly schema: JsonObject;
      readonly strict: boolean;
    };

/** How long the model may think before it answers. */
export type ReasoningEffort = "none" | "minimal" | "low" | "medium" | "high";
