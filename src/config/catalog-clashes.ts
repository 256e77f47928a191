import { type CatalogChanges, mergeModels } from "../catalog/merge-models.ts";
import type { Model, ModelOffer } from "../domain/model.ts";
import type { CrossProblem } from "./cross-problem.ts";
import type { Path } from "./problem.ts";

/**
 * Finds what a catalogue file makes ambiguous: a name that stands for two models, a
 * provider's name that stands for two offers, an operation that a provider does
 * under two names of a model. What the built-in catalogue has is never at fault.
 */
export function catalogClashes(
  known: readonly Model[],
  changes: CatalogChanges,
): readonly CrossProblem[] {
  const models = mergeModels(known, changes);
  const knownIds = new Set(known.map(({ id }) => id));
  const names = models.flatMap((model) => nameClaims(model, changes, knownIds.has(model.id)));
  const offers = models.flatMap((model) => model.offers.map((offer) => ({ model, offer })));
  return [
    ...clashes(names, (owner, same) =>
      same ? "is there twice" : `is a name of the model "${owner}" too; expected one model a name`,
    ),
    ...clashes(
      offers.map(({ model, offer }) => ({
        name: JSON.stringify([offer.provider, offer.upstreamModel]),
        owner: model.id,
        path: pathOf(model, offer, changes),
      })),
      (owner) => `is an offer of the model "${owner}" too; expected each name of a provider once`,
    ),
    ...clashes(
      offers.flatMap(({ model, offer }) =>
        [...new Set(offer.operations)].map((operation) => ({
          name: JSON.stringify([model.id, offer.provider, operation]),
          owner: `does ${operation}, as "${offer.upstreamModel}" does`,
          path: pathOf(model, offer, changes),
        })),
      ),
      (owner) => `${owner}; expected one offer of a provider for each operation`,
    ),
  ];
}

/** Something that must be one of its kind, and who says that it is. */
interface Claim {
  readonly name: string;
  readonly owner: string;
  /** Where the file says it. Undefined: the built-in catalogue does. */
  readonly path: Path | undefined;
}

function clashes(
  claims: readonly Claim[],
  message: (owner: string, isSameOwner: boolean) => string,
): readonly CrossProblem[] {
  const first = new Map<string, Claim>();
  for (const claim of claims) {
    const held = first.get(claim.name);
    // Who came first has the right to a name, and the built-in catalogue has it before everyone.
    if (held === undefined || (held.path !== undefined && claim.path === undefined)) {
      first.set(claim.name, claim);
    }
  }
  return claims.flatMap((claim) => {
    const held = first.get(claim.name);
    if (held === undefined || held === claim || claim.path === undefined) return [];
    return [
      { path: claim.path, message: message(held.owner, held.owner === claim.owner), atKey: true },
    ];
  });
}

function nameClaims(
  { id, aliases }: Model,
  changes: CatalogChanges,
  isKnown: boolean,
): readonly Claim[] {
  const change = changes.get(id);
  const isOwn = change !== undefined && change !== "remove" && change.aliases !== undefined;
  return [
    { name: id, owner: id, path: isKnown ? undefined : ["models", id] },
    ...aliases.map((name, index) => ({
      name,
      owner: id,
      path: isOwn ? ["models", id, "aliases", index] : undefined,
    })),
  ];
}

/** Where the file says something of an offer, under the name that it has there. */
function pathOf(model: Model, offer: ModelOffer, changes: CatalogChanges): Path | undefined {
  const change = changes.get(model.id);
  if (change === undefined || change === "remove") return undefined;
  const ofProvider = change.offers.get(offer.provider);
  if (ofProvider === undefined || ofProvider === "remove") return undefined;
  for (const [name, each] of ofProvider) {
    if (each === "remove" || (each.upstreamModel ?? name) !== offer.upstreamModel) continue;
    return ["models", model.id, "offers", offer.provider, name];
  }
  return undefined;
}
