import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type YAMLMap,
} from "yaml";
import type { Path } from "./problem.ts";
import { type ReferenceSource, resolveReferences } from "./references.ts";

/** A file's content with its references replaced, and where each part of it stands. */
export interface SourceTree {
  readonly value: unknown;
  readonly problems: readonly TreeProblem[];
  /** Where a value is, or the nearest one around it. */
  at(path: Path): Place;
  /** Where the key of a value is; for an entry of a list, the value itself. */
  keyAt(path: Path): Place;
  /** What is written there, before references were replaced. Undefined when nothing is. */
  written(path: Path): unknown;
  /** Whether a reference in the text there could not be replaced, so that its value is not known. */
  unresolved(path: Path): boolean;
}

/** A line and a column, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A mistake that stands in the file whatever its keys mean. */
export interface TreeProblem extends Place {
  readonly path: Path;
  readonly message: string;
}

/** Reads a YAML document: aliases and merge keys are followed, references are replaced. */
export function readSourceTree(
  document: Document.Parsed,
  lines: LineCounter,
  text: string,
  source: ReferenceSource,
): SourceTree {
  const entries = new Map<string, Entry>();
  const problems: TreeProblem[] = [];
  let visits = 0;
  const value = read(document.contents, [], document.contents?.range[0] ?? 0);
  return {
    value,
    problems,
    at: (path) => place(nearest(path).offset),
    keyAt: (path) => place(nearest(path).keyOffset),
    written: (path) => entries.get(name(path))?.written,
    unresolved: (path) => entries.get(name(path))?.unresolved === true,
  };

  function read(node: Node | null, path: Path, keyOffset: number): unknown {
    const target = followed(node);
    const entry: Entry = { offset: node?.range?.[0] ?? keyOffset, keyOffset };
    entries.set(name(path), entry);
    if (isTooMuch(keyOffset)) return undefined;
    if (path.length > maxDepth) {
      problems.push({
        ...place(keyOffset),
        path: path.slice(0, 3),
        message: "is nested too deeply",
      });
      return undefined;
    }
    if (isMap(target)) {
      entry.written = {};
      return Object.fromEntries(readMap(target, path));
    }
    if (isSeq(target)) {
      entry.written = target.items;
      return target.items.map((item, index) => {
        const node = item as Node | null;
        return read(node, [...path, index], node?.range?.[0] ?? entry.offset);
      });
    }
    const scalar = isScalar(target) ? target.value : null;
    entry.written = scalar;
    if (typeof scalar !== "string") return scalar;
    const resolved = resolveReferences(scalar, source);
    entry.unresolved = resolved.problems.length > 0;
    for (const { reference, message } of resolved.problems) {
      const start = text.indexOf(reference, entry.offset);
      const end = node?.range?.[1] ?? 0;
      problems.push({
        ...place(start === -1 || start > end ? entry.offset : start),
        path,
        message,
      });
    }
    return resolved.text;
  }

  /** Entries by key, merged ones (`<<`) first, so that the mapping's own win. */
  function readMap(node: YAMLMap, path: Path, merges = 0): Map<string, unknown> {
    const values = new Map<string, unknown>();
    for (const pair of node.items) {
      if (keyOf(pair.key) !== "<<") continue;
      const merged = followed(pair.value as Node | null);
      for (const one of isSeq(merged) ? merged.items : [merged]) {
        const target = followed(one as Node | null);
        if (!isMap(target) || merges > maxDepth) {
          // What is not merged could be what closes a door.
          const offset = (pair.key as Node | null)?.range?.[0] ?? 0;
          const message = "merges no mapping; expected one, or a list of them";
          problems.push({ ...place(offset), path: [...path, "<<"], message });
          return values;
        }
        if (isTooMuch(target.range?.[0] ?? 0)) return values;
        for (const [key, value] of readMap(target, path, merges + 1))
          if (!values.has(key)) values.set(key, value);
      }
    }
    for (const pair of node.items) {
      const key = keyOf(pair.key);
      if (key === "<<") continue;
      const offset = (pair.key as Node | null)?.range?.[0] ?? node.range?.[0] ?? 0;
      if (key === "__proto__") {
        // Schemas pass over it without a word.
        problems.push({ ...place(offset), path: [...path, key], message: "is not a usable name" });
        continue;
      }
      values.set(key, read(pair.value as Node | null, [...path, key], offset));
    }
    return values;
  }

  /** A few lines of aliases of aliases can stand for more than any memory holds. */
  function isTooMuch(offset: number): boolean {
    visits++;
    if (visits === mostVisits) {
      const message = `has more than ${mostVisits} values, counting what aliases stand for each time`;
      problems.push({ ...place(offset), path: [], message });
    }
    return visits >= mostVisits;
  }

  function followed(node: Node | null): Node | null {
    return isAlias(node) ? (node.resolve(document) ?? null) : node;
  }

  function nearest(path: Path): Entry {
    for (let length = path.length; length > 0; length--) {
      const entry = entries.get(name(path.slice(0, length)));
      if (entry !== undefined) return entry;
    }
    return entries.get(name([])) ?? { offset: 0, keyOffset: 0 };
  }

  function place(offset: number): Place {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

interface Entry {
  readonly offset: number;
  readonly keyOffset: number;
  written?: unknown;
  unresolved?: boolean;
}

/** Far more than a configuration has: an alias that holds itself is found by it. */
const maxDepth = 16;

/** A catalogue file of thousands of models has as many. */
const mostVisits = 100_000;

function name(path: Path): string {
  return JSON.stringify(path);
}

function keyOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}
