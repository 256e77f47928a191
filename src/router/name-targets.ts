import type { Model, ModelOffer } from "../domain/model.ts";
import type { Operation } from "../domain/operation.ts";
import { servesModel } from "./endpoint-models.ts";
import type { ModelMeaning } from "./resolve-model.ts";
import type { RoutingWorld } from "./routing-world.ts";
import { splitPrefix } from "./split-prefix.ts";

/** Who may be asked for a model and under which name, before anything is said about whether it can. */
export interface Target {
  /** The provider's slug. */
  readonly provider: string;
  readonly upstreamModel: string;
  readonly priority: number;
  readonly weight: number;
}

/**
 * The targets of a resolved model, by priority: the rule's, the one provider that is meant,
 * or all that the catalogue lists.
 */
export function namedTargets(
  meaning: ModelMeaning,
  operation: Operation,
  world: RoutingWorld,
): readonly Target[] {
  const { entry, name } = meaning;
  if (meaning.rule !== undefined) {
    const targets = meaning.rule.rule.targets.map((target): Target => {
      const { provider, priority, weight, model } = target;
      const listed = offerOf(entry, provider, operation)?.upstreamModel;
      return { provider, priority, weight, upstreamModel: model ?? listed ?? name };
    });
    return targets.sort((left, right) => left.priority - right.priority);
  }
  if (meaning.provider !== undefined) {
    const listed = offerOf(entry, meaning.provider, operation);
    return [alone(meaning.provider, listed?.upstreamModel ?? name)];
  }
  const listed = new Map<string, Target>();
  for (const { provider } of entry?.offers ?? []) {
    // A provider that this configuration leaves out altogether is no news to anyone.
    if (listed.has(provider) || !world.fleet.has(provider)) continue;
    listed.set(
      provider,
      alone(provider, offerOf(entry, provider, operation)?.upstreamModel ?? name),
    );
  }
  for (const endpoint of world.fleet.values()) {
    if (endpoint.models === undefined || listed.has(endpoint.slug)) continue;
    if (servesModel(endpoint, name)) listed.set(endpoint.slug, alone(endpoint.slug, name));
  }
  return [...listed.values()];
}

/**
 * A provider that a request asks for and no rule sends the model to, as a target all
 * the same, as if it had been forced: under the catalogue's name for the model,
 * else the caller's.
 */
export function wantedTarget(
  provider: string,
  meaning: ModelMeaning,
  operation: Operation,
  world: RoutingWorld,
): Target {
  return alone(provider, nameAt(provider, meaning, operation, world));
}

/** What a provider that no rule sends the model to most likely calls it. */
function nameAt(
  provider: string,
  meaning: ModelMeaning,
  operation: Operation,
  world: RoutingWorld,
): string {
  const entry = meaning.entry ?? modelOfOpenRouter(meaning, world);
  const listed = offerOf(entry, provider, operation);
  if (listed !== undefined) return listed.upstreamModel;
  const prefix = splitPrefix(meaning.name);
  return prefix?.slug === provider ? prefix.rest : meaning.name;
}

function alone(provider: string, upstreamModel: string): Target {
  return { provider, upstreamModel, priority: 0, weight: 1 };
}

/** A provider's offer of a model, by preference one for the operation. */
function offerOf(
  entry: Model | undefined,
  provider: string,
  operation: Operation,
): ModelOffer | undefined {
  const offers = entry?.offers.filter((offer) => offer.provider === provider);
  return offers?.find((offer) => offer.operations.includes(operation)) ?? offers?.[0];
}

/** The catalogue's entry for an OpenRouter id, so that another provider can be asked for the same model. */
function modelOfOpenRouter(meaning: ModelMeaning, world: RoutingWorld): Model | undefined {
  const offer = world.catalog.findOffer("openrouter", meaning.name);
  return offer && world.catalog.models.find(({ offers }) => offers.includes(offer));
}
