import picomatch from "picomatch";

/** Tells whether a text is a pattern that picomatch understands, with its brackets closed. */
export function isGlob(pattern: string): boolean {
  if (pattern === "" || pattern !== pattern.trim()) return false;
  try {
    picomatch.makeRe(pattern, { strictBrackets: true });
    return true;
  } catch {
    return false;
  }
}
