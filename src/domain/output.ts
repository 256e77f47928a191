import type { ToolCall } from "./task.ts";

/** What a task made. */
export type Output = ImageOutput | ChatOutput;

/** Images, as a provider returned them. */
export interface ImageOutput {
  readonly kind: "images";
  readonly images: readonly ProviderImage[];
}

/**
 * One image as a provider returned it: bytes, or an address that is not yet
 * fetched. Its type and size are what the provider says, so they are not here:
 * they are read from the bytes.
 */
export interface ProviderImage {
  readonly content:
    | { readonly kind: "bytes"; readonly bytes: Uint8Array }
    | {
        readonly kind: "url";
        readonly url: string;
        /** When the address stops working, in milliseconds since 1970. */
        readonly expiresAt?: number | undefined;
      };
  readonly revisedPrompt?: string | undefined;
  readonly contentFiltered?: boolean | undefined;
}

/** Why an answer ended. */
export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "unspecified";

/** A model's answer. */
export interface ChatOutput {
  readonly kind: "chat";
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  readonly finishReason: FinishReason;
  /** Empty when the provider does not tell. */
  readonly reasoning: string;
}

/** An image that is ready for the caller: fetched, checked, converted. */
export interface FinishedImage {
  readonly content:
    | { readonly kind: "bytes"; readonly bytes: Uint8Array }
    | { readonly kind: "url"; readonly url: string; readonly expiresAt?: number | undefined };
  /** Read from the bytes. */
  readonly mimeType: string;
  readonly width: number;
  readonly height: number;
  readonly revisedPrompt: string;
  readonly contentFiltered: boolean;
  /** The slug of the provider that made it. */
  readonly provider: string;
}

/** What a request gives its caller. */
export type FinishedOutput =
  | { readonly kind: "images"; readonly images: readonly FinishedImage[] }
  | ChatOutput;
