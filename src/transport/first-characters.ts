/** How many bytes `firstCharacters` looks at, at most. */
export const firstCharactersBytes = 4 * 4096;

/** The first 4,096 characters of a text, which can be UTF-8 in chunks. */
export function firstCharacters(chunks: string | readonly Buffer[]): string {
  if (typeof chunks === "string") return chunks.slice(0, 4096);
  const beginning: Buffer[] = [];
  let size = 0;
  for (const chunk of chunks) {
    if (size >= firstCharactersBytes) break;
    beginning.push(chunk);
    size += chunk.length;
  }
  return Buffer.concat(beginning).toString("utf8", 0, firstCharactersBytes).slice(0, 4096);
}
