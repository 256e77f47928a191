import type { z } from "zod";
import { closestName } from "../domain/closest-names.ts";
import { problemHint } from "../domain/did-you-mean.ts";
import type { CrossProblem } from "./cross-problem.ts";
import type { Path } from "./problem.ts";
import { keysAt } from "./schema-keys.ts";
import type { SourceTree, TreeProblem } from "./source-tree.ts";

/** What a schema has to say against a file's content, each with its place in the file. */
export function schemaProblems(
  error: z.ZodError | undefined,
  tree: SourceTree,
  schema: z.ZodType,
): readonly TreeProblem[] {
  return (
    (error?.issues ?? [])
      .flatMap((issue) => fromIssue(issue, [], tree, schema))
      // Of a value that is not known, only the reference in it is worth a word.
      .filter(({ path }) => !tree.unresolved(path))
  );
}

/** Gives a mistake between parts of a file its place. */
export function placeProblem(
  { path, message, atKey }: CrossProblem,
  tree: SourceTree,
): TreeProblem {
  return { ...(atKey ? tree.keyAt(path) : tree.at(path)), path, message };
}

function fromIssue(
  issue: z.core.$ZodIssue,
  base: Path,
  tree: SourceTree,
  schema: z.ZodType,
): readonly TreeProblem[] {
  const path = [...base, ...(issue.path as Path)];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => {
        const known = keysAt(schema, path);
        // A key is easily written where its list belongs.
        if (path[0] === "callers" && closestName(key, known) === undefined) {
          const message = `has a key that is not known; expected one of ${known.join(", ")}`;
          return { ...tree.keyAt([...path, key]), path, message };
        }
        const message = unknownKey(key, known);
        return { ...tree.keyAt([...path, key]), path: [...path, key], message };
      });
    case "invalid_key":
      return issue.issues.map(({ message }) => ({ ...tree.keyAt(path), path, message }));
    case "invalid_union": {
      // The branch that got inside the value is the one that its author meant.
      const inside = issue.errors.find((branch) => !branch.some(isWrongType));
      if (inside !== undefined) return inside.flatMap((one) => fromIssue(one, path, tree, schema));
    }
  }
  return [{ ...tree.at(path), path, message: `${describe(tree, path)}; ${issue.message}` }];
}

function isWrongType(issue: z.core.$ZodIssue): boolean {
  return issue.code === "invalid_type" && issue.path.length === 0;
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = closestName(key, known);
  if (meant !== undefined) return `is not a known key${problemHint(meant)}`;
  return known.length === 0
    ? "is not a known key"
    : `is not a known key; expected one of ${known.join(", ")}`;
}

/** Says what stands at a path, as it is written; what may be a secret is never shown. */
function describe(tree: SourceTree, path: Path): string {
  const written = tree.written(path);
  if (written === undefined) return "is missing";
  if (written === null) return "is empty";
  if (Array.isArray(written)) return written.length === 0 ? "is an empty list" : "is a list";
  if (typeof written === "object") return "is a mapping";
  if (mayBeSecret(path)) return "is not valid";
  const text = typeof written === "string" ? JSON.stringify(written) : String(written);
  return `is ${text.length > 60 ? `${text.slice(0, 57)}…"` : text}`;
}

/** An address can have a password in it. */
const secretsOfProvider: ReadonlySet<unknown> = new Set(["keys", "credentials", "base_url"]);
const secretsOfMedia: ReadonlySet<unknown> = new Set([
  "access_key_id",
  "secret_access_key",
  "session_token",
  "endpoint",
  "base_url",
]);

/** Whether what stands here is, or may have been meant as, what nobody should read in a log. */
function mayBeSecret([first, second, third]: Path): boolean {
  if (first === "server") return second === "tls";
  if (first === "media") return secretsOfMedia.has(second);
  // A key is easily written where its owner's mapping belongs.
  if (first === "callers") return third !== "models";
  return first === "providers" && (third === undefined || secretsOfProvider.has(third));
}
