import picomatch from "picomatch";

/**
 * Compiles a glob over model names. A name is one text and no path: `*` runs
 * across slashes and leading dots, so that `*` catches
 * "google/gemini-3-flash-preview". Case counts.
 */
export function compilePattern(pattern: string): (name: string) => boolean {
  // "bash" is picomatch's word for stars that do not stop at a slash.
  return picomatch(pattern, { bash: true, dot: true });
}

/** Tells whether a pattern names exactly one model: it has no glob character. */
export function isLiteralPattern(pattern: string): boolean {
  const scanned = picomatch.scan(pattern);
  return !scanned.isGlob && !scanned.negated;
}
