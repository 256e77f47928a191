/** The end of an error's message that names what may have been meant. Empty when that is nothing. */
export function didYouMean(suggestions: readonly string[]): string {
  return suggestions.length === 0 ? "" : ` Did you mean ${suggestions.join(", ")}?`;
}

/** The same for an error's metadata. */
export function suggested(suggestions: readonly string[]): Readonly<Record<string, string>> {
  return suggestions.length === 0 ? {} : { suggestions: suggestions.join(",") };
}

/** The end of what is said of a wrong field, which names what may have been meant. Empty when that is nothing. */
export function fieldHint(meant: string | undefined): string {
  return meant === undefined ? "" : ` (did you mean ${meant}?)`;
}

/** The end of a problem of the configuration, which names what may have been meant. Empty when that is nothing. */
export function problemHint(meant: string | undefined): string {
  return meant === undefined ? "" : `; did you mean "${meant}"?`;
}
