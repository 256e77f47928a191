import { dirname, resolve } from "node:path";
import { type CatalogChanges, mergeModels } from "../catalog/merge-models.ts";
import { models as builtInModels } from "../catalog/models.ts";
import { errorCode } from "../domain/error-code.ts";
import { builtInSlugs } from "./built-in-providers.ts";
import { changesOf } from "./catalog-changes.ts";
import { catalogProblems } from "./catalog-problems.ts";
import { catalogSchema } from "./catalog-schema.ts";
import type { CatalogConfig } from "./config.ts";
import type { ConfigInput } from "./config-input.ts";
import type { CrossProblem } from "./cross-problem.ts";
import { entriesOf } from "./mapping.ts";
import type { Problem } from "./problem.ts";
import { problemsOf, readYaml } from "./read-yaml.ts";
import { placeProblem, schemaProblems } from "./schema-problems.ts";

/** The catalogue that a configuration asks for, or why there is none. */
export type CatalogLoad =
  | { readonly kind: "valid"; readonly catalog: CatalogConfig }
  | {
      readonly kind: "invalid";
      /** The file, when one is named. */
      readonly file: string | undefined;
      /** What is wrong with the `catalog` section. */
      readonly atSection: readonly CrossProblem[];
      /** What is wrong with the file. */
      readonly problems: readonly Problem[];
    };

/**
 * Reads the catalogue that a configuration asks for: the built-in one, with the
 * changes of the file that its `catalog` section names. The section is read as it
 * stands, so that the file is checked whatever else is wrong.
 */
export function loadCatalog(
  config: unknown,
  customSlugs: readonly string[],
  input: ConfigInput,
): CatalogLoad {
  const section = entriesOf(entriesOf(config)["catalog"]);
  const builtIn = section["builtin"] !== false;
  const known = builtIn ? builtInModels : [];
  const { file: written } = section;
  if (typeof written !== "string" || written.trim() === "") {
    return valid({ file: undefined, builtIn, known, changes: new Map() });
  }
  const file = resolve(dirname(input.path), written);
  let text: string;
  try {
    text = input.readFile(file);
  } catch (error) {
    const code = errorCode(error);
    const message = `names a file that cannot be read${code === undefined ? "" : ` (${code})`}; expected a catalogue file`;
    const atSection = [{ path: ["catalog", "file"], message, atKey: false }];
    return { kind: "invalid", file, atSection, problems: [] };
  }
  const { environment, readFile } = input;
  const reading = readYaml(text, { environment, readFile, directory: dirname(file) });
  const { tree } = reading;
  const invalid = (problems: typeof reading.problems): CatalogLoad => {
    return { kind: "invalid", file, atSection: [], problems: problemsOf(file, problems) };
  };
  if (tree === undefined) return invalid(reading.problems);
  const parsed = catalogSchema.safeParse(tree.value);
  const slugs = new Set([...customSlugs, ...builtInSlugs]);
  const problems = [
    ...reading.problems,
    ...schemaProblems(parsed.error, tree, catalogSchema),
    ...catalogProblems(tree.value, { known, slugs }).map((problem) => placeProblem(problem, tree)),
  ];
  if (!parsed.success || problems.length > 0) return invalid(problems);
  const { source, as_of: asOf, models } = parsed.data;
  const changes = changesOf(Object.entries(models), { source, asOf });
  return valid({ file, builtIn, known, changes });
}

function valid(made: {
  readonly file: string | undefined;
  readonly builtIn: boolean;
  readonly known: readonly (typeof builtInModels)[number][];
  readonly changes: CatalogChanges;
}): CatalogLoad {
  const { file, builtIn, known, changes } = made;
  const knownIds = new Set(known.map(({ id }) => id));
  const count = (is: (id: string, isRemoved: boolean) => boolean) =>
    [...changes].filter(([id, change]) => is(id, change === "remove")).length;
  return {
    kind: "valid",
    catalog: {
      file,
      builtIn,
      models: mergeModels(known, changes),
      added: count((id) => !knownIds.has(id)),
      changed: count((id, isRemoved) => knownIds.has(id) && !isRemoved),
      removed: count((_, isRemoved) => isRemoved),
    },
  };
}
