import { type CatalogChanges, type ModelChange, mergeModels } from "../catalog/merge-models.ts";
import { closestName } from "../domain/closest-names.ts";
import { problemHint } from "../domain/did-you-mean.ts";
import type { Model } from "../domain/model.ts";
import { changesOf } from "./catalog-changes.ts";
import { catalogClashes } from "./catalog-clashes.ts";
import { offerProblems } from "./catalog-offer-problems.ts";
import { priceProblems } from "./catalog-price-problems.ts";
import { type CheckedModel, isModelName, modelSchema, remove } from "./catalog-schema.ts";
import type { CrossProblem } from "./cross-problem.ts";
import { entriesOf, isMapping, type Mapping } from "./mapping.ts";

/** What a catalogue file is checked against. */
export interface CatalogContext {
  /** The models that it changes: the built-in ones, or none. */
  readonly known: readonly Model[];
  /** Every provider that there is: the built-in ones and those of spillway.yaml. */
  readonly slugs: ReadonlySet<string>;
}

/**
 * Finds what the schema of a catalogue file cannot see. It reads the file as it
 * stands; an entry with other mistakes in it is looked at no further.
 */
export function catalogProblems(file: unknown, context: CatalogContext): readonly CrossProblem[] {
  const content = entriesOf(file);
  const broken = new Set<string>();
  const good = new Map<string, CheckedModel | typeof remove>();
  for (const [id, entry] of Object.entries(entriesOf(content["models"]))) {
    const parsed = modelSchema.safeParse(entry);
    if (entry === remove) good.set(id, remove);
    else if (parsed.success) good.set(id, parsed.data);
    else broken.add(id);
  }
  const changes = changesOf(good, {});
  const known = new Map(context.known.map((model) => [model.id, model]));
  // What a broken entry would do with a name nobody knows, so nobody is blamed for it.
  const settled = context.known.filter(({ id }) => !broken.has(id));
  return [
    ...priceProblems(content),
    ...entryProblems(content, known),
    ...[...changes].flatMap(([id, change]) =>
      change === "remove"
        ? []
        : [
            ...nameProblems(id, change, known.has(id), context.slugs),
            ...offerProblems(id, change, change.replace ? undefined : known.get(id), context.slugs),
          ],
    ),
    ...emptied(settled, changes),
    ...catalogClashes(settled, changes),
  ];
}

/** Entries that make sense only for a model that is there, or only for one that is not. */
function entryProblems(file: Mapping, known: ReadonlyMap<string, Model>): readonly CrossProblem[] {
  return Object.entries(entriesOf(file["models"])).flatMap(([id, entry]) => {
    // What is no name, or no entry at all, the schema tells.
    const isEntry = entry === remove || isMapping(entry);
    if (known.has(id) || !isModelName(id) || !isEntry) return [];
    const at = (message: string): CrossProblem[] => {
      const meant = meantBy(id, known);
      const hint = problemHint(meant);
      return [{ path: ["models", id], message: `${message}${hint}`, atKey: true }];
    };
    if (entry === remove)
      return at("is not a model of the built-in catalogue; expected one, to remove it");
    const { replace, offers } = entriesOf(entry);
    if (replace === true)
      return at("is not a model of the built-in catalogue; expected one, to replace it");
    const hasNone =
      offers === undefined || (isMapping(offers) && Object.values(offers).every(isEmpty));
    if (!hasNone) return [];
    return at("is a new model and has no offers; expected some");
  });
}

function isEmpty(value: unknown): boolean {
  return isMapping(value) && Object.keys(value).length === 0;
}

/** The known model that a name most likely stands for. */
function meantBy(name: string, known: ReadonlyMap<string, Model>): string | undefined {
  const ids = new Map(
    [...known.values()].flatMap(({ id, aliases }) => [id, ...aliases].map((own) => [own, id])),
  );
  return ids.get(closestName(name, ids.keys()) ?? "");
}

/** A name that begins with a provider's slug already means that provider alone. */
function nameProblems(
  id: string,
  { aliases = [] }: ModelChange,
  isKnown: boolean,
  slugs: ReadonlySet<string>,
): readonly CrossProblem[] {
  const names = aliases.map((name, index) => ({ name, path: ["models", id, "aliases", index] }));
  return [...(isKnown ? [] : [{ name: id, path: ["models", id] }]), ...names].flatMap(
    ({ name, path }) => {
      const slug = name.slice(0, Math.max(0, name.indexOf("/")));
      if (!slugs.has(slug)) return [];
      const message = `begins with the provider "${slug}", which such a name forces; expected another name`;
      return [{ path, message, atKey: true }];
    },
  );
}

/** Known models of which a file leaves nothing. */
function emptied(known: readonly Model[], changes: CatalogChanges): readonly CrossProblem[] {
  const had = new Set(known.map(({ id }) => id));
  return mergeModels(known, changes)
    .filter(({ id, offers }) => changes.has(id) && had.has(id) && offers.length === 0)
    .map(({ id }) => ({
      path: ["models", id],
      message: `has no offers left; expected some, or "${remove}" for the whole model`,
      atKey: true,
    }));
}
