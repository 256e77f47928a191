/** How many bytes `firstCharacters` looks at, at most. */
export const firstCharactersBytes = 4 * 4096;

/** The first 4,096 characters of a text in UTF-8 that is in chunks. */
export function firstCharacters(chunks: readonly Buffer[]): string {
  const beginning: Buffer[] = [];
  let size = 0;
  for (const chunk of chunks) {
    if (size >= firstCharactersBytes) break;
    beginning.push(chunk);
    size += chunk.length;
  }
  return Buffer.concat(beginning).toString("utf8", 0, firstCharactersBytes).slice(0, 4096);
}
