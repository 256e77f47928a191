import type { Secret } from "./secret.ts";

/** A caller, as the operator has set it up. */
export interface CallerSettings {
  readonly name: string;
  /** Any of them will do. Without one it cannot call. */
  readonly keys: readonly Secret[];
  /** Globs of the names by which it may ask for models. Undefined: any. */
  readonly models?: readonly string[] | undefined;
  /** How often it may ask for work. Undefined: any number of times. */
  readonly requestsPerMinute?: number | undefined;
}
