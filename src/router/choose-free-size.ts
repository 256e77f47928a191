import type { SizeCapability } from "../domain/capabilities.ts";
import type { Resolution } from "../domain/image-options.ts";
import { areaDistance, areaOf, ratioDistance, type Shape, tierEdge } from "../domain/shape.ts";

/** The limits of a provider that takes any size within limits. */
export type FreeSize = Extract<SizeCapability, { readonly kind: "free" }>;

/**
 * The pixels of a ratio at a scale: with r = width / height and a tier's edge t,
 * height is round(sqrt(t² / r)) and width is round(height · r).
 */
export function pixelsOf(ratio: Shape, tier: Resolution): Shape {
  const quotient = ratio.width / ratio.height;
  const height = Math.round(Math.sqrt(tierEdge(tier) ** 2 / quotient));
  return { width: Math.round(height * quotient), height };
}

/** The allowed size nearest to a wanted one: first by ratio, then by area. */
export function chooseFreeSize(wanted: Shape, limits: FreeSize): Shape {
  const step = limits.multipleOf;
  const rounded = {
    width: toMultiple(wanted.width, step),
    height: toMultiple(wanted.height, step),
  };
  if (isAllowed(wanted, limits)) return wanted;
  if (isAllowed(rounded, limits)) return rounded;

  const within = scaleInto(wanted, limits);
  let best: Shape | undefined;
  for (const width of around(within.width, step)) {
    for (const height of around(within.height, step)) {
      const candidate = { width, height };
      if (!isAllowed(candidate, limits)) continue;
      if (best === undefined || isNearer(candidate, best, within)) best = candidate;
    }
  }
  return best ?? clampEdges(within, limits);
}

function isAllowed({ width, height }: Shape, limits: FreeSize): boolean {
  const area = width * height;
  return (
    width % limits.multipleOf === 0 &&
    height % limits.multipleOf === 0 &&
    Math.min(width, height) >= limits.minEdge &&
    Math.max(width, height) <= limits.maxEdge &&
    area >= limits.minPixels &&
    area <= limits.maxPixels &&
    Math.max(width, height) <= Math.min(width, height) * limits.maxRatio
  );
}

/** Brings the ratio, then the area, then the edges within limits, each at the least cost to the one before. */
function scaleInto(wanted: Shape, limits: FreeSize): Shape {
  const quotient = clamp(wanted.width / wanted.height, 1 / limits.maxRatio, limits.maxRatio);
  const area = clamp(areaOf(wanted), limits.minPixels, limits.maxPixels);
  const height = Math.sqrt(area / quotient);
  const shape = { width: height * quotient, height };
  const longer = Math.max(shape.width, shape.height);
  const shorter = Math.min(shape.width, shape.height);
  const scale = clamp(1, limits.minEdge / shorter, Math.max(limits.maxEdge / longer, 0));
  return { width: shape.width * scale, height: shape.height * scale };
}

function isNearer(candidate: Shape, best: Shape, wanted: Shape): boolean {
  const difference = ratioDistance(candidate, wanted) - ratioDistance(best, wanted);
  if (Math.abs(difference) > 1e-9) return difference < 0;
  const area = areaOf(wanted);
  return areaDistance(areaOf(candidate), area) < areaDistance(areaOf(best), area);
}

/** The multiples next to a length, two to each side: limits may rule the nearest ones out. */
function around(length: number, step: number): readonly number[] {
  const below = Math.floor(length / step) * step;
  return [below - step, below, below + step, below + 2 * step].filter((edge) => edge > 0);
}

function clampEdges({ width, height }: Shape, limits: FreeSize): Shape {
  const edge = (length: number) =>
    toMultiple(clamp(length, limits.minEdge, limits.maxEdge), limits.multipleOf);
  return { width: edge(width), height: edge(height) };
}

function toMultiple(length: number, step: number): number {
  return Math.max(step, Math.round(length / step) * step);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
