import type { ImageCapabilities } from "../domain/capabilities.ts";
import type { ImageSize, Resolution } from "../domain/image-options.ts";
import {
  areaDistance,
  areaOf,
  nearest,
  nearestTier,
  parseShape,
  ratioDistance,
  type Shape,
  sameRatio,
  sameScale,
  tierEdge,
} from "../domain/shape.ts";
import { chooseFreeSize, pixelsOf } from "./choose-free-size.ts";

/** The shape and scale that a request asks for. */
export interface SizeWish {
  readonly size?: ImageSize | undefined;
  readonly resolution?: Resolution | undefined;
}

/** The shape and scale that a provider is asked for, in its own terms. */
export interface SizeChoice extends SizeWish {
  readonly changes: readonly SizeChange[];
}

/** What became of one of the wishes. `applied` is empty when it was dropped. */
export interface SizeChange {
  readonly field: "options.pixels" | "options.aspect_ratio" | "options.resolution";
  readonly requested: string;
  readonly applied: string;
  readonly reason: string;
}

/**
 * Words a shape in a provider's terms. The nearest offered one is that with the
 * nearest ratio, by |log(r1 / r2)|, and of those within 1.5 % of it the one with
 * the nearest area. Without a scale that is 1K. A ratio that is off by at most
 * 1.5 % is the one asked for. A wish without a shape (`shapeIsGiven` tells
 * whether the task has one by itself, like an edit) means a square where a
 * provider needs pixels.
 */
export function chooseSize(
  wish: SizeWish,
  capabilities: ImageCapabilities,
  shapeIsGiven: boolean,
): SizeChoice {
  const { size, resolution } = wish;
  if (size === undefined && resolution === undefined) return { changes: [] };
  const capability = capabilities.size;
  if (capability === undefined || capability.kind === "ratio") {
    const ratios = capability?.ratios ?? [];
    return chooseRatio(wish, ratios, capabilities.resolutions ?? []);
  }
  if (size === undefined && shapeIsGiven) {
    const reason = "The scale can be set together with the shape only.";
    return { changes: [dropped("options.resolution", resolution ?? "", reason)] };
  }
  const wanted =
    size?.kind === "pixels" ? size : pixelsOf(size ?? { width: 1, height: 1 }, resolution ?? "1K");
  if (capability.kind === "free") return pixels(wish, wanted, chooseFreeSize(wanted, capability));
  return pixels(wish, wanted, chooseListedSize(wanted, capability.sizes));
}

function chooseRatio(
  wish: SizeWish,
  ratios: readonly string[],
  resolutions: readonly Resolution[],
): SizeChoice {
  const { size } = wish;
  const offered = ratios.flatMap((text) => parseShape(text) ?? []);
  const ratio = size && nearest(offered, (shape) => ratioDistance(shape, size));
  const isPixels = size?.kind === "pixels";
  const wantedTier = isPixels ? nearestTier(areaOf(size)) : wish.resolution;
  const tier =
    isPixels || wish.resolution !== undefined
      ? nearestTier(isPixels ? areaOf(size) : tierEdge(wish.resolution ?? "1K") ** 2, resolutions)
      : undefined;
  const changes: SizeChange[] = [];

  if (size !== undefined && ratio === undefined) {
    changes.push(dropped(fieldOf(size), printSize(size), "The shape cannot be chosen."));
  } else if (size !== undefined && ratio !== undefined) {
    const applied =
      tier === undefined || !isPixels ? printRatio(ratio) : `${printRatio(ratio)} at ${tier}`;
    const exact = isPixels
      ? isSquareOf(size, tier) && ratioDistance(size, ratio) === 0
      : ratioDistance(size, ratio) <= sameRatio;
    const reason = isPixels
      ? "The shape is chosen by ratio and scale, not by pixels."
      : "The nearest ratio that can be chosen.";
    if (!exact) changes.push({ field: fieldOf(size), requested: printSize(size), applied, reason });
  }
  if (wish.resolution !== undefined && tier !== wish.resolution) {
    changes.push(scaleChange(wish.resolution, tier, wantedTier));
  }
  return { size: ratio && { kind: "aspect_ratio", ...ratio }, resolution: tier, changes };
}

/** What became of a scale that pixels contradict, or that is not offered. */
function scaleChange(
  requested: Resolution,
  tier: Resolution | undefined,
  wanted: Resolution | undefined,
): SizeChange {
  const field = "options.resolution";
  if (wanted !== requested) return dropped(field, requested, "The pixels decide the scale.");
  if (tier === undefined) return dropped(field, requested, "The scale cannot be chosen.");
  return { field, requested, applied: tier, reason: "The nearest scale that can be chosen." };
}

/** The listed size that is nearest; every text in the list that is no size is passed over. */
function chooseListedSize(wanted: Shape, sizes: readonly string[]): Shape | undefined {
  const shapes = sizes.flatMap((text) => parseShape(text) ?? []);
  const ratio = nearest(shapes, (shape) => ratioDistance(shape, wanted));
  if (ratio === undefined) return undefined;
  const limit = ratioDistance(ratio, wanted) + sameRatio;
  const close = shapes.filter((shape) => ratioDistance(shape, wanted) <= limit);
  return nearest(close, (shape) => areaDistance(areaOf(shape), areaOf(wanted)));
}

/** What it means for the wishes that these pixels are what is asked for. */
function pixels(wish: SizeWish, wanted: Shape, chosen: Shape | undefined): SizeChoice {
  const { size, resolution } = wish;
  const changes: SizeChange[] = [];
  const applied = chosen === undefined ? "" : `${chosen.width}x${chosen.height}`;
  const reason = "The nearest size that can be chosen.";
  if (size !== undefined && (chosen === undefined || !isSame(size, wanted, chosen))) {
    changes.push({ field: fieldOf(size), requested: printSize(size), applied, reason });
  }
  if (resolution !== undefined && !isOfScale(chosen ?? wanted, resolution)) {
    changes.push(
      size?.kind === "pixels"
        ? dropped("options.resolution", resolution, "The pixels decide the scale.")
        : { field: "options.resolution", requested: resolution, applied, reason },
    );
  }
  return { size: chosen && { kind: "pixels", ...chosen }, changes };
}

function isOfScale(shape: Shape, scale: Resolution): boolean {
  return areaDistance(areaOf(shape), tierEdge(scale) ** 2) <= sameScale;
}

function isSame(size: ImageSize, wanted: Shape, chosen: Shape): boolean {
  if (size.kind === "aspect_ratio") return ratioDistance(size, chosen) <= sameRatio;
  return chosen.width === wanted.width && chosen.height === wanted.height;
}

/** A square whose edge is the scale's own is the one size that a ratio and a scale say exactly. */
function isSquareOf(size: Shape, tier: Resolution | undefined): boolean {
  if (tier === undefined || size.width !== size.height) return false;
  return size.width === tierEdge(tier);
}

function dropped(field: SizeChange["field"], requested: string, reason: string): SizeChange {
  return { field, requested, applied: "", reason };
}

/** The field in which a caller gives a size of this kind. */
export function fieldOf(size: ImageSize): "options.pixels" | "options.aspect_ratio" {
  return size.kind === "pixels" ? "options.pixels" : "options.aspect_ratio";
}

/** A size as a caller writes it: "1024x768" or "4:3". */
export function printSize(size: ImageSize): string {
  return size.kind === "pixels" ? `${size.width}x${size.height}` : printRatio(size);
}

function printRatio(shape: Shape): string {
  return `${shape.width}:${shape.height}`;
}
