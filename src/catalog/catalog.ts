import { closestNames } from "../domain/closest-names.ts";
import type { Catalog, Model, ModelOffer } from "../domain/model.ts";

/**
 * Makes models ready for look-up. Throws when two of them share an id or an alias,
 * or when one name of a provider stands for two offers: data that
 * contradicts itself is a bug.
 */
export function createCatalog(models: readonly Model[]): Catalog {
  const byName = new Map<string, Model>();
  const offers = new Map<string, Map<string, ModelOffer>>();
  for (const model of models) {
    for (const name of [model.id, ...model.aliases]) {
      if (byName.has(name)) throw new Error(`The catalogue has "${name}" twice.`);
      byName.set(name, model);
    }
    for (const offer of model.offers) {
      const { provider, upstreamModel } = offer;
      const ofProvider = offers.get(provider) ?? new Map<string, ModelOffer>();
      if (ofProvider.has(upstreamModel)) {
        throw new Error(`The catalogue has ${provider}'s "${upstreamModel}" twice.`);
      }
      offers.set(provider, ofProvider.set(upstreamModel, offer));
    }
  }
  return {
    models: [...models].sort((left, right) => (left.id < right.id ? -1 : 1)),
    find: (name) => byName.get(name),
    findOffer: (provider, upstreamModel) => offers.get(provider)?.get(upstreamModel),
    suggest: (name, limit) => closestNames(name, byName.keys(), limit),
  };
}
