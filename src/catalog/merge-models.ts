import type { Model, ModelOffer, Price } from "../domain/model.ts";
import type { OfferLimits } from "../domain/offer-limits.ts";
import type { Operation } from "../domain/operation.ts";
import { model, offer } from "./describe-model.ts";

/** What an operator changes of a catalogue, by the models' ids. */
export type CatalogChanges = ReadonlyMap<string, ModelChange | "remove">;

/** A new model, or what is different about a known one. What is undefined stays as it is. */
export interface ModelChange {
  /** Whether nothing of the known model stays. */
  readonly replace: boolean;
  readonly displayName?: string | undefined;
  /** All of them: the known model's do not stay. */
  readonly aliases?: readonly string[] | undefined;
  /** By the provider's slug. Providers that are not in it keep their offers. */
  readonly offers: ReadonlyMap<string, OfferChanges | "remove">;
}

/** What is different about one provider's offers, by the names by which it knows the model. */
export type OfferChanges = ReadonlyMap<string, OfferChange | "remove">;

/** A new offer, or what is different about a known one. What is undefined stays as it is. */
export interface OfferChange {
  /** The provider's name for the model from now on. */
  readonly upstreamModel?: string | undefined;
  readonly operations?: readonly Operation[] | undefined;
  /** All of them. */
  readonly prices?: readonly Price[] | undefined;
  /** All of them. */
  readonly limits?: OfferLimits | undefined;
}

/**
 * Models with an operator's changes: known ones in their order, then the new ones.
 * Mappings are merged key by key, down to an offer's keys; whatever else a change
 * names takes the place of what was there.
 */
export function mergeModels(known: readonly Model[], changes: CatalogChanges): readonly Model[] {
  const added = new Map(changes);
  const kept = known.flatMap((each) => {
    const change = changes.get(each.id);
    added.delete(each.id);
    if (change === undefined) return [each];
    if (change === "remove") return [];
    return [changed(change.replace ? blank(each.id) : each, change)];
  });
  const made = [...added].flatMap(([id, change]) =>
    change === "remove" ? [] : [changed(blank(id), change)],
  );
  return [...kept, ...made];
}

function blank(id: string): Model {
  return model(id, id, [], []);
}

function changed(base: Model, change: ModelChange): Model {
  const { displayName = base.displayName, aliases = base.aliases } = change;
  return model(base.id, displayName, aliases, mergeOffers(base.offers, change.offers));
}

function mergeOffers(
  known: readonly ModelOffer[],
  changes: ModelChange["offers"],
): readonly ModelOffer[] {
  const kept = known.flatMap((each) => {
    const ofProvider = changes.get(each.provider);
    if (ofProvider === "remove") return [];
    const change = ofProvider?.get(each.upstreamModel);
    if (change === "remove") return [];
    return [change === undefined ? each : changedOffer(each, change)];
  });
  const isKnown = (provider: string, name: string) =>
    known.some((each) => each.provider === provider && each.upstreamModel === name);
  const made = [...changes].flatMap(([provider, ofProvider]) =>
    ofProvider === "remove"
      ? []
      : [...ofProvider].flatMap(([name, change]) =>
          change === "remove" || isKnown(provider, name)
            ? []
            : [changedOffer(offer(provider, name, []), change)],
        ),
  );
  return [...kept, ...made];
}

function changedOffer(base: ModelOffer, change: OfferChange): ModelOffer {
  const { upstreamModel, operations, prices, limits } = change;
  return {
    provider: base.provider,
    upstreamModel: upstreamModel ?? base.upstreamModel,
    operations: operations ?? base.operations,
    prices: prices ?? base.prices,
    limits: limits ?? base.limits,
  };
}
