import { LineCounter, parseDocument, type YAMLError } from "yaml";
import { formatPath, type Problem } from "./problem.ts";
import type { ReferenceSource } from "./references.ts";
import { readSourceTree, type SourceTree, type TreeProblem } from "./source-tree.ts";

/** A YAML text as far as it can be read. */
export interface YamlReading {
  /** Undefined after a syntax error: what follows one is guesswork. */
  readonly tree: SourceTree | undefined;
  /** What is wrong with the text whatever its keys mean. */
  readonly problems: readonly TreeProblem[];
}

/** Reads a YAML text and replaces its references. */
export function readYaml(text: string, source: ReferenceSource): YamlReading {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors.map((error) => syntaxProblem(error, lines));
  // But for a key that is there twice: then it is known what is meant.
  if (document.errors.some(({ code }) => code !== "DUPLICATE_KEY")) {
    return { tree: undefined, problems: broken };
  }
  const tree = readSourceTree(document, lines, text, source);
  return { tree, problems: [...broken, ...tree.problems] };
}

/** The mistakes of a file in the order of their places. */
export function problemsOf(file: string, problems: readonly TreeProblem[]): readonly Problem[] {
  return problems
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
    .map(({ line, column, path, message }) => {
      return { file, line, column, path: formatPath(path), message };
    });
}

/** YAML's own words, but for the piece of the file that they quote: it could be a key. */
function syntaxProblem(error: YAMLError, lines: LineCounter): TreeProblem {
  const { line, col } = lines.linePos(error.pos[0]);
  const message =
    error.code === "DUPLICATE_KEY"
      ? "this key is there twice in the same mapping"
      : `this is not YAML: ${error.message.replace(/:?\s*["'\n].*$/s, "")}`;
  return { line: Math.max(line, 1), column: Math.max(col, 1), path: [], message };
}
