import { isAbsolute, join } from "node:path";
import { errorCode } from "../domain/error-code.ts";

/** Where the values of references come from. */
export interface ReferenceSource {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Reads a file as text; throws what Node throws. */
  readonly readFile: (path: string) => string;
  /** What a relative path of a file starts from. */
  readonly directory: string;
}

/** A text with its references replaced, and what was wrong with them. */
export interface ResolvedText {
  readonly text: string;
  readonly problems: readonly ReferenceProblem[];
}

/** A reference that cannot be replaced. */
export interface ReferenceProblem {
  /** As it is written: "${OPENAI_API_KEY}". */
  readonly reference: string;
  readonly message: string;
}

/**
 * Replaces each reference in a text: "${NAME}" by the environment,
 * "${NAME:-default}" the same with a default for unset or empty,
 * "${file:PATH}" and "${file:PATH:-default}" by a file's content without the
 * newline at its end. "$${" stands for "${" itself. Values are not searched
 * for further references.
 */
export function resolveReferences(text: string, source: ReferenceSource): ResolvedText {
  const problems: ReferenceProblem[] = [];
  const replaced = text.replace(/\$\$\{|\$\{([^{}]*)\}|\$\{/g, (reference, body?: string) => {
    if (reference === "$${") return "${";
    const result = lookUp(body ?? "", source);
    if (result.kind === "value") return result.value;
    problems.push({ reference, message: result.message });
    return "";
  });
  return { text: replaced, problems };
}

type Value =
  | { readonly kind: "value"; readonly value: string }
  | { readonly kind: "missing"; readonly message: string };

function lookUp(body: string, source: ReferenceSource): Value {
  const mark = body.indexOf(":-");
  const name = mark === -1 ? body : body.slice(0, mark);
  const fallback = mark === -1 ? undefined : body.slice(mark + 2);
  if (name.startsWith("file:") && name.length > "file:".length) {
    return fileValue(name.slice("file:".length), fallback, source);
  }
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    return missing(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what the user writes
      "holds a broken reference; expected ${NAME}, ${NAME:-default} or ${file:PATH}, or $${ for the characters themselves",
    );
  }
  const value = source.environment[name];
  if (fallback !== undefined) return { kind: "value", value: value || fallback };
  if (value !== undefined) return { kind: "value", value };
  return missing(
    `needs the environment variable ${name}, which is not set; expected a value, or \${${name}:-} where it may be missing`,
  );
}

function fileValue(path: string, fallback: string | undefined, source: ReferenceSource): Value {
  try {
    const text = source.readFile(isAbsolute(path) ? path : join(source.directory, path));
    return { kind: "value", value: text.replace(/\r?\n$/, "") };
  } catch (error) {
    if (fallback !== undefined) return { kind: "value", value: fallback };
    // Only Node's code: the rest of the error could say more than a report should.
    return missing(
      `needs the file ${path}, which cannot be read (${errorCode(error) ?? "unknown error"}); expected a file, or \${file:${path}:-} where it may be missing`,
    );
  }
}

function missing(message: string): Value {
  return { kind: "missing", message };
}
