import type { Operation } from "../domain/operation.ts";
import type { Lineup } from "./lineup.ts";

/** How many names are remembered for each operation. */
export const rememberedNames = 1_000;

/**
 * The line-ups that requests have asked for, of one configuration: another one needs
 * a memory of its own. A rule for "*" gives a meaning to every name that a caller
 * makes up, so that their number is bounded: what came first is forgotten first,
 * and found again when it is asked for.
 */
export class LineupMemory {
  readonly #lineups: Readonly<Record<Operation, Map<string, Lineup>>> = {
    text_to_image: new Map(),
    image_edit: new Map(),
    image_upscale: new Map(),
    chat: new Map(),
  };

  /** Undefined when it is not known, or not any more. */
  recall(name: string, operation: Operation): Lineup | undefined {
    return this.#lineups[operation].get(name);
  }

  keep(name: string, operation: Operation, lineup: Lineup): void {
    const lineups = this.#lineups[operation];
    lineups.set(name, lineup);
    if (lineups.size <= rememberedNames) return;
    for (const oldest of lineups.keys()) {
      lineups.delete(oldest);
      return;
    }
  }
}
