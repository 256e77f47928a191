const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Reads a duration: a number and its unit, "500ms", "1.5s", "2m" or "1h".
 * Returns whole milliseconds, or undefined for anything else, nothing, or more
 * than 24 hours, which timers cannot be trusted with.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  const unit = unitMs[match?.[2] ?? ""];
  if (match === null || unit === undefined) return undefined;
  const ms = Math.round(Number(match[1]) * unit);
  return ms > 0 && ms <= 24 * 3_600_000 ? ms : undefined;
}

/** Writes a duration in the largest unit that leaves a whole number: "90s", "2m". */
export function formatDuration(ms: number): string {
  for (const unit of ["h", "m", "s"]) {
    const size = unitMs[unit] ?? 1;
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}
