import type { GatewayError } from "../domain/gateway-error.ts";
import type { Operation } from "../domain/operation.ts";
import type { Lineup } from "./lineup.ts";
import type { LineupMemory } from "./lineup-memory.ts";
import { namedTargets } from "./name-targets.ts";
import { prospectOf } from "./prospect.ts";
import { resolveModel } from "./resolve-model.ts";
import type { RoutingWorld } from "./routing-world.ts";

/** What line-ups are found in. */
export interface LineupWorld extends RoutingWorld {
  /** What earlier plans of this very configuration found out. Undefined: all is found out anew. */
  readonly memory?: LineupMemory | undefined;
}

/** A name's line-up, or why it has none. */
export type LineupResult =
  | { readonly kind: "found"; readonly lineup: Lineup }
  | { readonly kind: "failed"; readonly error: GatewayError };

/**
 * Finds a model's line-up. It depends on nothing of the request but the name and
 * the operation, so that the world's memory has it when it was asked for before.
 */
export function findLineup(name: string, operation: Operation, world: LineupWorld): LineupResult {
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
