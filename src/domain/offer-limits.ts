import type { ImageCapabilities, SizeCapability } from "./capabilities.ts";
import type { Quality, Resolution } from "./image-options.ts";

/** What of a provider's capabilities one model's images are held to. Undefined means all of it. */
export interface OfferLimits {
  /** The most images of one call. */
  readonly maxCount?: number | undefined;
  /** The pixel sizes: "1024x1024". */
  readonly sizes?: readonly string[] | undefined;
  /** The aspect ratios: "16:9". */
  readonly aspectRatios?: readonly string[] | undefined;
  readonly resolutions?: readonly Resolution[] | undefined;
  readonly qualities?: readonly Quality[] | undefined;
  /** The most input images of an edit. */
  readonly maxInputImages?: number | undefined;
}

/**
 * Holds capabilities to limits. Limits only ever take away: what a provider cannot
 * be asked, no limit makes it able to do. Where it takes any size, a list of
 * sizes leaves those.
 */
export function limitCapabilities(
  capabilities: ImageCapabilities,
  limits: OfferLimits | undefined,
): ImageCapabilities {
  if (limits === undefined) return capabilities;
  const { resolutions, qualities } = capabilities;
  return {
    ...capabilities,
    maxCountPerCall: least(capabilities.maxCountPerCall, limits.maxCount),
    size: limitSize(capabilities.size, limits),
    resolutions: resolutions && kept(resolutions, limits.resolutions),
    qualities: qualities && kept(qualities, limits.qualities),
    maxInputImages: least(capabilities.maxInputImages, limits.maxInputImages),
  };
}

function limitSize(
  size: SizeCapability | undefined,
  { sizes, aspectRatios }: OfferLimits,
): SizeCapability | undefined {
  switch (size?.kind) {
    case "listed":
      return { kind: "listed", sizes: kept(size.sizes, sizes) };
    case "free":
      return sizes === undefined ? size : { kind: "listed", sizes };
    case "ratio":
      return { kind: "ratio", ratios: kept(size.ratios, aspectRatios) };
    case undefined:
      return undefined;
  }
}

function kept<T>(offered: readonly T[], allowed: readonly T[] | undefined): readonly T[] {
  return allowed === undefined ? offered : offered.filter((one) => allowed.includes(one));
}

function least<T extends number | undefined>(own: T, limit: number | undefined): T | number {
  if (limit === undefined) return own;
  return own === undefined ? limit : Math.min(own, limit);
}
