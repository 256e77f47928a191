import { z } from "zod";
import { problemHint } from "../domain/did-you-mean.ts";
import { parseByteSize } from "./byte-size.ts";
import { parseDuration } from "./duration.ts";
import { isGlob } from "./glob.ts";

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
    return `expected ${expected}${problemHint(meant)}`;
  }
}

/** A key whose value is a text that passes a test. */
export function checkedText(expected: string, test: (text: string) => boolean) {
  return textLeaf({ parse: (text) => (test(text) ? text : undefined), expected });
}

/** A key whose value is any text but an empty one. */
export function someText(expected = "text") {
  return checkedText(expected, (text) => text.trim() !== "");
}

/** A key whose value is a duration. It is read as milliseconds. */
export function duration(examples = 'like "30s", "500ms" or "2m"') {
  return textLeaf({
    parse: parseDuration,
    expected: `a duration with its unit, ${examples}`,
    forNumber: (value) => `${value}s`,
  });
}

/** A key whose value is a size of at most `most` bytes. It is read as bytes. */
export function byteSize(example: string, most?: number) {
  return textLeaf({
    parse: (text) => parseByteSize(text, most),
    expected: `a size with its unit, like "${example}"`,
    forNumber: (value) => (value > 2048 ? `${value}B` : `${value}MiB`),
  });
}

/** A key whose value is true or false. */
export function yesOrNo() {
  return z.boolean({ error: "expected true or false" });
}

/** A key whose value is a whole number within these limits. */
export function wholeNumber(least: number, most?: number) {
  const limits = most === undefined ? `of at least ${least}` : `from ${least} to ${most}`;
  const error = `expected a whole number ${limits}`;
  const number = z.int32({ error }).min(least, { error });
  return most === undefined ? number : number.max(most, { error });
}

/** A key that is sent in a header. */
export function keyText(expected: string, test: (text: string) => boolean = () => true) {
  return checkedText(expected, (text) => /^[\x21-\x7e]*$/.test(text) && test(text));
}

/** A model's name, or a glob over models' names. */
export function globText() {
  return checkedText('a model\'s name or a pattern, like "imagen-*"', isGlob);
}

/** A list of `what`. */
export function list<T extends z.ZodType>(item: T, what: string) {
  return z.array(item, { error: `expected a list of ${what}` });
}

/** A mapping with these keys and no others. */
export function mapping<T extends z.ZodRawShape>(shape: T, error = "expected a mapping") {
  return z.strictObject(shape, { error });
}
