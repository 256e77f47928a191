import type { ProviderImage } from "./output.ts";

/** A piece of output, as a provider's stream brings it. */
export type OutputEvent =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "reasoning"; readonly text: string }
  | {
      readonly kind: "tool_call";
      /** Which of the answer's tool calls, from 0. */
      readonly index: number;
      /** Only in the first piece. */
      readonly id?: string | undefined;
      readonly name?: string | undefined;
      /** The next piece of the arguments' JSON text. */
      readonly arguments: string;
    }
  | {
      readonly kind: "partial_image" | "image";
      /** Which image of the call, from 0. */
      readonly index: number;
      readonly image: ProviderImage;
    }
  | Progress;

/** How far a provider is. It is not content: it commits nothing and resets no idle clock. */
export interface Progress {
  readonly kind: "progress";
  /** 0 to 1. */
  readonly fraction?: number | undefined;
  readonly queuePosition?: number | undefined;
}
