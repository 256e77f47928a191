/** Splits "vertex/gemini-3-pro-image". Undefined when there is nothing on one side of the slash. */
export function splitPrefix(name: string): Prefixed | undefined {
  const slash = name.indexOf("/");
  if (slash <= 0 || slash === name.length - 1) return undefined;
  return { slug: name.slice(0, slash), rest: name.slice(slash + 1) };
}

/** A name with a slash, taken apart at the first one. */
export interface Prefixed {
  readonly slug: string;
  readonly rest: string;
}
