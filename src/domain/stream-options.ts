import type { EmitEvent } from "./generated.ts";

/** How a streamed request wants to be told. */
export interface StreamOptions {
  readonly emit: EmitEvent;
  /** Whether another target may begin again once output was sent. */
  readonly failoverAfterOutput: boolean;
  /** How many unfinished versions of each image to send, 0 to 3. */
  readonly partialImages: number;
}
