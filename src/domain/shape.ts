import type { Resolution } from "./image-options.ts";

/** A width and a height, in pixels or as a ratio. */
export interface Shape {
  readonly width: number;
  readonly height: number;
}

/** Every scale, the smallest first. */
export const tiers: readonly Resolution[] = ["1K", "2K", "4K"];

/** The edge of a square at a scale, in pixels. */
export function tierEdge(tier: Resolution): number {
  return { "1K": 1024, "2K": 2048, "4K": 4096 }[tier];
}

/** How far two shapes are from having the same ratio: 0 when they have, and the same both ways. */
export function ratioDistance(left: Shape, right: Shape): number {
  return Math.abs(Math.log((left.width * right.height) / (left.height * right.width)));
}

/** How far two areas are from being the same. */
export function areaDistance(left: number, right: number): number {
  return Math.abs(Math.log(left / right));
}

/**
 * The distance up to which two ratios count as the same: 1.5 %. Providers round
 * to whole blocks of pixels, and nobody sees that.
 */
export const sameRatio = Math.log(1.015);

/**
 * The distance up to which two areas count as the same scale: 1.6 times as many pixels,
 * or as few, is another one.
 */
export const sameScale = Math.log(1.6);

/** The number of pixels of a shape. */
export function areaOf(shape: Shape): number {
  return shape.width * shape.height;
}

/** The offered scale that is nearest to an area in pixels; of two equally near ones the first. */
export function nearestTier(
  area: number,
  offered: readonly Resolution[] = tiers,
): Resolution | undefined {
  return nearest(offered, (tier) => areaDistance(area, tierEdge(tier) ** 2));
}

/** The item with the least distance; the first of several. Undefined when there is none. */
export function nearest<T>(items: readonly T[], distance: (item: T) => number): T | undefined {
  let best: T | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const current = distance(item);
    if (current < least) {
      least = current;
      best = item;
    }
  }
  return best;
}

/** Reads "16:9", "9:19.5" or "1024x768". Undefined for any other text. */
export function parseShape(text: string): Shape | undefined {
  const match = /^(\d+(?:\.\d+)?)[:x*](\d+(?:\.\d+)?)$/.exec(text);
  const width = Number(match?.[1]);
  const height = Number(match?.[2]);
  return width > 0 && height > 0 ? { width, height } : undefined;
}
