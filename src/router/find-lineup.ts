import type { GatewayError } from "../domain/gateway-error.ts";
import type { Operation } from "../domain/operation.ts";
import { namedTargets } from "./name-targets.ts";
import { type Prospect, prospectOf } from "./prospect.ts";
import { type ModelMeaning, resolveModel } from "./resolve-model.ts";
import type { RoutingWorld } from "./routing-world.ts";

/** What a model's name means for an operation, and who may be asked for it. */
export interface Lineup {
  readonly meaning: ModelMeaning;
  /** By priority. */
  readonly prospects: readonly Prospect[];
}

/** A name's line-up, or why it has none. */
export type LineupResult =
  | { readonly kind: "found"; readonly lineup: Lineup }
  | { readonly kind: "failed"; readonly error: GatewayError };

/**
 * Finds a model's line-up. It depends on nothing of the request but the name and
 * the operation, so that the world's memory has it when it was asked for before.
 */
export function findLineup(name: string, operation: Operation, world: RoutingWorld): LineupResult {
  const known = world.memory?.recall(name, operation);
  if (known !== undefined) return { kind: "found", lineup: known };
  const result = resolveModel(name, operation, world);
  if (result.kind === "failed") return result;
  const { meaning } = result;
  const targets = namedTargets(meaning, operation, world);
  const prospects = targets.map((target) => prospectOf(target, meaning, operation, world));
  const lineup = { meaning, prospects };
  world.memory?.keep(name, operation, lineup);
  return { kind: "found", lineup };
}
