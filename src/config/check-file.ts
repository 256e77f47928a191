import { crossCheck } from "./cross-check.ts";
import { entriesOf } from "./mapping.ts";
import { type CheckedFile, configSchema } from "./schema.ts";
import { placeProblem, schemaProblems } from "./schema-problems.ts";
import type { SourceTree, TreeProblem } from "./source-tree.ts";

/** A file against its schema: what it says, or every mistake in it. */
export type FileCheck =
  | { readonly kind: "valid"; readonly file: CheckedFile }
  | { readonly kind: "invalid"; readonly problems: readonly TreeProblem[] };

/** Checks a file's content against the schema, and its parts against each other. */
export function checkFile(tree: SourceTree): FileCheck {
  const schema = configSchema(new Set(slugsOf(tree.value)));
  const parsed = schema.safeParse(tree.value);
  const problems = [
    ...schemaProblems(parsed.error, tree, schema),
    ...crossCheck(tree.value).map((problem) => placeProblem(problem, tree)),
  ];
  if (parsed.success && problems.length === 0) return { kind: "valid", file: parsed.data };
  return { kind: "invalid", problems };
}

/** The slugs of a file's own providers, whatever else is wrong with it. */
export function slugsOf(file: unknown): readonly string[] {
  return Object.keys(entriesOf(entriesOf(file)["providers"]));
}
