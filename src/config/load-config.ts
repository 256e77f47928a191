import { dirname } from "node:path";
import { assembleConfig } from "./assemble-config.ts";
import { isBuiltIn } from "./built-in-providers.ts";
import { checkFile, slugsOf } from "./check-file.ts";
import type { Config } from "./config.ts";
import type { ConfigInput } from "./config-input.ts";
import { type DefaultCredential, defaultCredential } from "./default-credential.ts";
import { type CatalogLoad, loadCatalog } from "./load-catalog.ts";
import type { Problem } from "./problem.ts";
import { problemsOf, readYaml } from "./read-yaml.ts";
import type { ReferenceSource } from "./references.ts";
import { sandboxSource } from "./sandbox-config.ts";
import type { CheckedFile } from "./schema.ts";
import { placeProblem } from "./schema-problems.ts";
import type { TreeProblem } from "./source-tree.ts";

/** A configuration, or every mistake in it, file by file in the order of their places. */
export type LoadResult = (
  | { readonly kind: "valid"; readonly config: Config }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] }
) & {
  /** The catalogue file that the configuration names, good or bad. */
  readonly catalogFile?: string | undefined;
};

/** Reads a configuration: checks all of it, resolves its references, freezes it. */
export function loadConfig(input: ConfigInput): LoadResult {
  const source: ReferenceSource = { ...input, directory: dirname(input.path) };
  const reading = readYaml(input.text, source);
  const { tree } = reading;
  if (tree === undefined) return invalid(input.path, reading.problems);
  const check = checkFile(tree);
  const loaded = loadCatalog(tree.value, slugsOf(tree.value), input);
  const problems = [...reading.problems];
  if (check.kind === "invalid") problems.push(...check.problems);
  if (loaded.kind === "invalid") {
    const told = loaded.atSection.filter(({ path }) => !tree.unresolved(path));
    problems.push(...told.map((problem) => placeProblem(problem, tree)));
  }

  const defaults = new Map<string, DefaultCredential>();
  for (const slug of check.kind === "valid" ? slugsWithoutKeys(check.file) : []) {
    const found = defaultCredential(slug, source);
    const path = ["providers", slug];
    if (found.kind === "credential") defaults.set(slug, found.credential);
    else problems.push({ ...tree.keyAt(path), path, message: found.message });
  }
  if (check.kind === "invalid" || loaded.kind === "invalid" || problems.length > 0) {
    return invalid(input.path, problems, loaded);
  }
  return {
    kind: "valid",
    catalogFile: loaded.catalog.file,
    config: assembleConfig({
      source: input.path,
      file: check.file,
      defaults,
      catalog: loaded.catalog,
      lineOf: (path) => (input.path === sandboxSource ? 0 : tree.keyAt(path).line),
    }),
  };
}

/** The entries that take their keys from the environment. An embedded provider wants none. */
function slugsWithoutKeys({ providers, sandbox }: CheckedFile): readonly string[] {
  return Object.entries(providers)
    .filter(([slug, { keys, credentials, base_url }]) => {
      const own = keys !== undefined || credentials !== undefined;
      return isBuiltIn(slug) && !own && (sandbox === false || base_url !== undefined);
    })
    .map(([slug]) => slug);
}

function invalid(
  file: string,
  problems: readonly TreeProblem[],
  catalog?: CatalogLoad,
): LoadResult {
  const ofCatalog = catalog?.kind === "invalid" ? catalog.problems : [];
  return {
    kind: "invalid",
    catalogFile: catalog?.kind === "valid" ? catalog.catalog.file : catalog?.file,
    problems: [...problemsOf(file, problems), ...ofCatalog],
  };
}
