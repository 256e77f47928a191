import type { JsonObject } from "./json.ts";
import type { Progress } from "./output-event.ts";

/** A job at a provider, as plain JSON: it can be stored and taken up by another process. */
export interface Job {
  /** The provider's id. */
  readonly id: string;
  /** When to ask next, in milliseconds from now. */
  readonly waitMs: number;
  readonly progress?: Progress | undefined;
  /** What the provider needs to ask again. */
  readonly state: JsonObject;
}
