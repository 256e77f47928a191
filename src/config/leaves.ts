import { z } from "zod";

/** A text that is read by a function: a duration, an address. */
export interface TextLeaf<T> {
  /** Returns undefined for a text that it cannot read. */
  readonly parse: (text: string) => T | undefined;
  /** What is expected, as a noun with an example. */
  readonly expected: string;
  /** The correction of a plain number that was written instead. */
  readonly forNumber?: (value: number) => string;
}

/** A key whose value is a text that `parse` understands. */
export function textLeaf<T>({ parse, expected, forNumber }: TextLeaf<T>) {
  return z.string({ error: ({ input }) => wrongType(input) }).transform((text, context): T => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue({ code: "custom", message: `expected ${expected}`, input: text });
    return z.NEVER;
  });

  function wrongType(input: unknown): string {
    const meant = typeof input === "number" && forNumber ? forNumber(input) : undefined;
    return `expected ${expected}${meant === undefined ? "" : `; did you mean "${meant}"?`}`;
  }
}

/** A key whose value is a text that passes a test. */
export function checkedText(expected: string, test: (text: string) => boolean) {
  return textLeaf({ parse: (text) => (test(text) ? text : undefined), expected });
}
