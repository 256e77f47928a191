/** One mistake in a configuration, and where it is. */
export interface Problem {
  /** The file, or "(environment)". */
  readonly file: string;
  /** From 1. 0 when the mistake is not at a place in a file. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** The key, by its path: "routes[0].targets[1].weight". Empty for the file as a whole. */
  readonly path: string;
  /** What is wrong and what was expected. It never holds a resolved value. */
  readonly message: string;
}

/** Writes a problem on one line: "spillway.yaml:3:10: server.drain: is 30; expected …". */
export function formatProblem({ file, line, column, path, message }: Problem): string {
  const place = line === 0 ? file : `${file}:${line}:${column}`;
  return path === "" ? `${place}: ${message}` : `${place}: ${path}: ${message}`;
}

/** A key's path as segments: names and places in lists. */
export type Path = readonly (string | number)[];

/** Writes a path: "providers.openai.keys[0]". A name that holds other characters is quoted. */
export function formatPath(path: Path): string {
  let text = "";
  for (const segment of path) {
    if (typeof segment === "number") text += `[${segment}]`;
    else if (!/^[\w*-]+$/.test(segment)) text += `[${JSON.stringify(segment)}]`;
    else text += text === "" ? segment : `.${segment}`;
  }
  return text;
}
