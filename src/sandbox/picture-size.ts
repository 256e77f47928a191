/** The longest edge that may be asked for by its pixels. */
export const longestEdge = 4096;

/**
 * The size in pixels of a picture with an aspect ratio and a tier: "16:9" and
 * "2K" give 2752x1536. Ratios beyond 8:1 are taken for 8:1, what is none for 1:1.
 */
export function sizeForRatio(ratio: string, tier: string): { width: number; height: number } {
  const [wide = 1, high = 1] = ratio.split(":").map(Number);
  const shape = wide > 0 && high > 0 ? Math.min(Math.max(wide / high, 1 / 8), 8) : 1;
  const factor = factors[tier] ?? 1;
  return {
    width: factor * step(1024 * Math.sqrt(shape)),
    height: factor * step(1024 / Math.sqrt(shape)),
  };
}

const factors: Readonly<Record<string, number>> = { "512": 0.5, "1K": 1, "2K": 2, "4K": 4 };

function step(pixels: number): number {
  return Math.max(32, Math.round(pixels / 32) * 32);
}
