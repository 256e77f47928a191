const units: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/**
 * Reads a size: a number and its unit, "64MiB" (powers of 1,024) or "64MB"
 * (powers of 1,000). Returns whole bytes, or undefined for anything else,
 * nothing, or more than `most`. Its default of 2 GiB is the most that one buffer
 * of a message can hold.
 */
export function parseByteSize(text: string, most = 2 ** 31): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([KMG]i?B|B)$/.exec(text);
  const unit = units[match?.[2] ?? ""];
  if (match === null || unit === undefined) return undefined;
  const bytes = Math.round(Number(match[1]) * unit);
  return bytes > 0 && bytes <= most ? bytes : undefined;
}
