import type { Adjustment } from "./adjustment.ts";
import type { Attempt } from "./attempt.ts";
import type { Cost } from "./cost.ts";
import type { FinishedImage, FinishedOutput } from "./output.ts";
import type { Progress } from "./output-event.ts";
import type { Usage } from "./usage.ts";

/** A request's result and the whole story of how it came about. */
export interface Generated {
  readonly requestId: string;
  /** The model as it was resolved: the catalogue id where there is one. */
  readonly model: string;
  /** The slug of the provider that answered last. */
  readonly provider: string;
  readonly upstreamModel: string;
  /** Empty when the provider did not say. */
  readonly upstreamId: string;
  readonly output: FinishedOutput;
  readonly usage: Usage;
  readonly cost: Cost;
  readonly attempts: readonly Attempt[];
  readonly adjustments: readonly Adjustment[];
  readonly timing: Timing;
  readonly configVersion: string;
  readonly replayed: boolean;
  /** Whether an embedded provider made it. */
  readonly sandbox: boolean;
}

/** Where a request's time went, in milliseconds. */
export interface Timing {
  readonly totalMs: number;
  /** While at least one provider was waited for. */
  readonly providersMs: number;
  /** The rest. */
  readonly gatewayMs: number;
}

/** What a streamed request tells while it runs. The result itself comes last, from the call that made it. */
export type GenerateEvent =
  | { readonly kind: "attempt_started"; readonly attempt: Attempt }
  | { readonly kind: "attempt_finished"; readonly attempt: Attempt }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "reasoning"; readonly text: string }
  | {
      readonly kind: "tool_call";
      readonly index: number;
      readonly id?: string | undefined;
      readonly name?: string | undefined;
      readonly arguments: string;
    }
  | {
      readonly kind: "partial_image" | "image";
      readonly index: number;
      readonly image: FinishedImage;
    }
  | Progress;

/**
 * Takes an event. A promise means: wait for it before the next one, since the
 * caller reads more slowly than the provider writes.
 */
export type EmitEvent = (event: GenerateEvent) => void | Promise<void>;
