import { type HealthSettings, mergeHealth } from "../domain/health.ts";
import type { ModelOffer } from "../domain/model.ts";
import type { Operation } from "../domain/operation.ts";
import type { Endpoint } from "../providers/endpoint.ts";
import { type Ability, abilityOf } from "./ability.ts";
import type { Target } from "./name-targets.ts";
import type { ModelMeaning } from "./resolve-model.ts";
import type { RoutingWorld } from "./routing-world.ts";

/** A target with everything that can be said of it before a request is looked at. */
export interface Prospect {
  readonly target: Target;
  /** The model that it serves. */
  readonly model: string;
  /** What tells it apart from other targets. */
  readonly name: string;
  /** Undefined: there is no such provider. */
  readonly endpoint: Endpoint | undefined;
  readonly offer: ModelOffer | undefined;
  readonly ability: Ability;
  readonly healthSettings: HealthSettings | undefined;
}

/** Looks up what a target of a resolved model is, and what it can be asked by the operation. */
export function prospectOf(
  target: Target,
  meaning: ModelMeaning,
  operation: Operation,
  world: RoutingWorld,
): Prospect {
  const { provider, upstreamModel } = target;
  const endpoint = world.fleet.get(provider);
  const offer = world.catalog.findOffer(provider, upstreamModel);
  return {
    target,
    model: meaning.model,
    name: targetName(provider, upstreamModel),
    endpoint,
    offer,
    ability:
      // Who asks for a provider by name, or writes a rule, may know better than the catalogue.
      meaning.step === "catalog" && offer && !offer.operations.includes(operation)
        ? { kind: "none", reason: `does not offer ${upstreamModel} for ${operation}` }
        : abilityAt(endpoint, upstreamModel, operation, offer),
    healthSettings: mergeHealth(endpoint?.health, meaning.rule?.rule.health),
  };
}

/** What tells two targets apart. */
export function targetName(provider: string, upstreamModel: string): string {
  return `${provider}\0${upstreamModel}`;
}

function abilityAt(
  endpoint: Endpoint | undefined,
  upstreamModel: string,
  operation: Operation,
  offer: ModelOffer | undefined,
): Ability {
  if (endpoint === undefined) return { kind: "none", reason: "does not exist" };
  return abilityOf(endpoint, upstreamModel, operation, offer?.limits);
}
