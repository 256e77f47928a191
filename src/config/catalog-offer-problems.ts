import type { ModelChange, OfferChange } from "../catalog/merge-models.ts";
import { closestName } from "../domain/closest-names.ts";
import { problemHint } from "../domain/did-you-mean.ts";
import type { Model, ModelOffer } from "../domain/model.ts";
import { findProvider } from "../providers/list.ts";
import type { Provider } from "../providers/provider.ts";
import { customType, isBuiltIn } from "./built-in-providers.ts";
import { limitProblems } from "./catalog-limit-problems.ts";
import type { CrossProblem } from "./cross-problem.ts";

/**
 * Finds what is wrong with the offers of one entry of a catalogue file: providers
 * that there are not, changes of offers that there are not, and what a provider
 * cannot do. `base` is the model that the entry changes.
 */
export function offerProblems(
  id: string,
  change: ModelChange,
  base: Model | undefined,
  slugs: ReadonlySet<string>,
): readonly CrossProblem[] {
  return [...change.offers].flatMap(([slug, ofProvider]) => {
    const path = ["models", id, "offers", slug];
    const problem = (message: string) => [{ path, message, atKey: true }];
    if (!slugs.has(slug)) return problem(unknownProvider(slug, slugs));
    const had = base?.offers.filter(({ provider }) => provider === slug) ?? [];
    if (ofProvider === "remove") {
      return had.length > 0 ? [] : problem("has nothing to remove in the built-in catalogue");
    }
    return [...ofProvider].flatMap(([name, offer]) =>
      offer === "remove"
        ? removalProblems(name, had, path)
        : changeProblems({ name, offer, slug, had, path: [...path, name] }),
    );
  });
}

function unknownProvider(slug: string, slugs: ReadonlySet<string>): string {
  const meant = closestName(slug, slugs);
  const hint = problemHint(meant);
  return `is not a provider; expected one of spillway.yaml or a built-in one${hint}`;
}

function removalProblems(
  name: string,
  had: readonly ModelOffer[],
  path: readonly string[],
): readonly CrossProblem[] {
  if (had.some(({ upstreamModel }) => upstreamModel === name)) return [];
  const message = `is not an offer of the built-in catalogue; expected one, to remove it${hint(name, had)}`;
  return [{ path: [...path, name], message, atKey: true }];
}

interface OfferInFile {
  readonly name: string;
  readonly offer: OfferChange;
  readonly slug: string;
  /** The provider's offers of the model before the change. */
  readonly had: readonly ModelOffer[];
  readonly path: readonly string[];
}

function changeProblems({ name, offer, slug, had, path }: OfferInFile): readonly CrossProblem[] {
  const base = had.find(({ upstreamModel }) => upstreamModel === name);
  const problems: CrossProblem[] = [];
  if (base === undefined && offer.upstreamModel !== undefined) {
    const message = `does not apply here; expected it only for an offer of the built-in catalogue, which this is not${hint(name, had)}`;
    problems.push({ path: [...path, "model"], message, atKey: true });
  }
  const operations = offer.operations ?? base?.operations;
  if (operations === undefined) {
    const message = `is a new offer and has no operations; expected some${hint(name, had)}`;
    return [...problems, { path, message, atKey: true }];
  }
  const provider = providerOf(slug);
  const can = operations.filter((operation) => provider.operations[operation] !== undefined);
  offer.operations?.forEach((operation, index) => {
    if (can.includes(operation)) return;
    const message = `is ${operation}, which ${slug} cannot do; expected one of ${Object.keys(provider.operations).join(", ")}`;
    problems.push({ path: [...path, "operations", index], message, atKey: false });
  });
  const upstreamModel = offer.upstreamModel ?? name;
  return [
    ...problems,
    ...limitProblems({
      slug,
      provider,
      upstreamModel,
      operations: can,
      limits: offer.limits,
      path,
    }),
  ];
}

function hint(name: string, had: readonly ModelOffer[]): string {
  const meant = closestName(
    name,
    had.map(({ upstreamModel }) => upstreamModel),
  );
  return problemHint(meant);
}

function providerOf(slug: string): Provider {
  const provider = findProvider(isBuiltIn(slug) ? slug : customType);
  if (provider === undefined) throw new Error(`no provider for ${slug}`);
  return provider;
}
