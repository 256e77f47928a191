import type { Prospect } from "./prospect.ts";
import type { ModelMeaning } from "./resolve-model.ts";

/** What a model's name means for an operation, and who may be asked for it. */
export interface Lineup {
  readonly meaning: ModelMeaning;
  /** By priority. */
  readonly prospects: readonly Prospect[];
}
