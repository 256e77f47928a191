import { dirname } from "node:path";
import { LineCounter, parseDocument, type YAMLError } from "yaml";
import { assembleConfig } from "./assemble-config.ts";
import { isBuiltIn } from "./built-in-providers.ts";
import { checkFile } from "./check-file.ts";
import type { Config } from "./config.ts";
import { type DefaultCredential, defaultCredential } from "./default-credential.ts";
import { formatPath, type Problem } from "./problem.ts";
import type { ReferenceSource } from "./references.ts";
import { sandboxSource } from "./sandbox-config.ts";
import type { CheckedFile } from "./schema.ts";
import { readSourceTree, type TreeProblem } from "./source-tree.ts";

/** A configuration file, and the world that its references point to. */
export interface ConfigInput {
  /** Where the file is; relative paths in it start from its folder. */
  readonly path: string;
  readonly text: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Reads a file as text; throws what Node throws. */
  readonly readFile: (path: string) => string;
}

/** A configuration, or every mistake in it in the order of the file. */
export type LoadResult =
  | { readonly kind: "valid"; readonly config: Config }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] };

/** Reads a configuration: checks all of it, resolves its references, freezes it. */
export function loadConfig(input: ConfigInput): LoadResult {
  const lines = new LineCounter();
  const document = parseDocument(input.text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors.map((error) => syntaxProblem(error, lines));
  // What follows a syntax error is guesswork, but for a key that is there twice.
  if (document.errors.some(({ code }) => code !== "DUPLICATE_KEY")) {
    return invalid(input.path, broken);
  }
  const source: ReferenceSource = { ...input, directory: dirname(input.path) };
  const tree = readSourceTree(document, lines, input.text, source);
  const check = checkFile(tree);
  const problems = [...broken, ...tree.problems];
  if (check.kind === "invalid") return invalid(input.path, [...problems, ...check.problems]);

  const defaults = new Map<string, DefaultCredential>();
  for (const slug of slugsWithoutKeys(check.file)) {
    const found = defaultCredential(slug, source);
    const path = ["providers", slug];
    if (found.kind === "credential") defaults.set(slug, found.credential);
    else problems.push({ ...tree.keyAt(path), path, message: found.message });
  }
  if (problems.length > 0) return invalid(input.path, problems);
  return {
    kind: "valid",
    config: assembleConfig({
      source: input.path,
      file: check.file,
      defaults,
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

/** YAML's own words, but for the piece of the file that they quote: it could be a key. */
function syntaxProblem(error: YAMLError, lines: LineCounter): TreeProblem {
  const { line, col } = lines.linePos(error.pos[0]);
  const message =
    error.code === "DUPLICATE_KEY"
      ? "this key is there twice in the same mapping"
      : `this is no YAML: ${error.message.replace(/:?\s*["'\n].*$/s, "")}`;
  return { line: Math.max(line, 1), column: Math.max(col, 1), path: [], message };
}

function invalid(file: string, problems: readonly TreeProblem[]): LoadResult {
  const inOrder = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  return {
    kind: "invalid",
    problems: inOrder.map(({ line, column, path, message }) => {
      return { file, line, column, path: formatPath(path), message };
    }),
  };
}
