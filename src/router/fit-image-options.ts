import type { Adjustment } from "../domain/adjustment.ts";
import type { ImageCapabilities } from "../domain/capabilities.ts";
import type { Finish } from "../domain/finish.ts";
import type { ImageFormat, ImageOptions, ImageSize, Quality } from "../domain/image-options.ts";
import { areaOf, nearest, tierEdge } from "../domain/shape.ts";
import { chooseSize, fieldOf, printSize, type SizeWish } from "./choose-size.ts";
import { seedReason, seedWithin } from "./seed-within.ts";

/** Image options in a provider's terms, and what it took to get there. */
export interface FittedOptions {
  readonly options: ImageOptions;
  readonly adjustments: readonly Adjustment[];
  readonly finish: Finish;
}

/** What the options belong to. */
export interface OptionsContext {
  /** The provider's slug, for the report. */
  readonly provider: string;
  /** Whether the task has a shape by itself, like an edit. */
  readonly shapeIsGiven: boolean;
  /** Whether Spillway has a place for files, from which they can be linked to. */
  readonly storesMedia: boolean;
}

/**
 * Puts image options into a provider's terms. What it cannot do becomes the
 * nearest thing that it can (size, scale, quality), is done by Spillway (count,
 * format, compression, fetching the bytes) or is left out (seed, background),
 * and each of these is reported. `auto` where a provider has no such choice is
 * what happens anyway, so it is no adjustment.
 */
export function fitImageOptions(
  options: ImageOptions,
  capabilities: ImageCapabilities,
  { provider, shapeIsGiven, storesMedia }: OptionsContext,
): FittedOptions {
  const adjustments: Adjustment[] = [];
  const report: Report = (field, requested, applied, kind, reason) => {
    adjustments.push({ field, requested: String(requested), applied, kind, provider, reason });
  };
  fitCount(options.count, capabilities, report);
  const { changes, ...size } = chooseSize(options, capabilities, shapeIsGiven);
  for (const { field, requested, applied, reason } of changes) {
    report(field, requested, applied, applied === "" ? "dropped" : "converted", reason);
  }
  const quality = fitQuality(options.quality, capabilities, report);
  const background = fitBackground(options, capabilities, report);
  const seed = fitSeed(options, capabilities, report);
  const file = fitFile(options, capabilities, report);
  const isLinked = capabilities.delivery === "url" && !file.isConverted;
  const delivery = fitDelivery(options, isLinked, storesMedia, report);
  return {
    options: {
      count: options.count,
      ...size,
      quality,
      background,
      seed,
      format: file.format,
      compression: file.compression,
      delivery: delivery === capabilities.delivery ? delivery : undefined,
    },
    adjustments,
    finish: {
      format: options.format,
      compression: file.toCompress,
      askedCompression: file.compression,
      size: askedSize(options.size, size.size),
      scale: askedScale(options, size),
      delivery: options.delivery,
      linkIsUnplanned: options.delivery === "url" && !isLinked,
    },
  };
}

function askedSize(wish: ImageSize | undefined, asked: ImageSize | undefined): Finish["size"] {
  if (wish === undefined || asked === undefined) return undefined;
  return { asked, field: fieldOf(wish), requested: printSize(wish) };
}

/** Pixels are a scale by themselves. */
function askedScale(wish: SizeWish, asked: SizeWish): Finish["scale"] {
  const { resolution: requested } = wish;
  if (requested === undefined || wish.size?.kind === "pixels") return undefined;
  if (asked.size?.kind === "pixels") return { area: areaOf(asked.size), requested };
  return asked.resolution && { area: tierEdge(asked.resolution) ** 2, requested };
}

type Report = (
  field: string,
  requested: string | number,
  applied: string,
  kind: Adjustment["kind"],
  reason: string,
) => void;

function fitCount(count: number, capabilities: ImageCapabilities, report: Report): void {
  const most = Math.max(1, capabilities.maxCountPerCall);
  if (count <= most) return;
  const calls = `${Math.ceil(count / most)} calls`;
  const reason = `One call makes at most ${most}, so several are made at once.`;
  report("options.count", count, calls, "emulated", reason);
}

/** The nearest quality; of two equally near ones the lower, since it does not cost more. */
function fitQuality(
  quality: Quality | undefined,
  capabilities: ImageCapabilities,
  report: Report,
): Quality | undefined {
  const offered = capabilities.qualities ?? [];
  if (quality === undefined || offered.includes(quality)) return quality;
  if (quality === "auto") return undefined;
  const ranks: readonly Quality[] = ["low", "medium", "high"];
  const wanted = ranks.indexOf(quality);
  const applied = nearest(
    ranks.filter((rank) => offered.includes(rank)),
    (rank) => Math.abs(ranks.indexOf(rank) - wanted),
  );
  if (applied === undefined) {
    report("options.quality", quality, "", "dropped", "The quality cannot be chosen.");
  } else {
    const reason = "The nearest quality that can be chosen.";
    report("options.quality", quality, applied, "converted", reason);
  }
  return applied;
}

function fitBackground(
  { background, format }: ImageOptions,
  capabilities: ImageCapabilities,
  report: Report,
): ImageOptions["background"] {
  const field = "options.background";
  if (background === "transparent" && format === "jpeg") {
    report(field, background, "", "dropped", "A jpeg file has no transparent background.");
    return undefined;
  }
  if (background === undefined || capabilities.backgrounds?.includes(background)) return background;
  if (background !== "auto") {
    report(field, background, "", "dropped", "This background cannot be chosen.");
  }
  return undefined;
}

/**
 * The seed that the provider takes. Parallel calls with one seed would make the same
 * images, so each has the seed plus the place of its first one.
 */
function fitSeed(
  { seed, count }: ImageOptions,
  capabilities: ImageCapabilities,
  report: Report,
): number | undefined {
  if (seed === undefined) return undefined;
  const range = capabilities.seed ?? false;
  if (range === false) {
    report("options.seed", seed, "", "dropped", "The provider takes no seed.");
    return undefined;
  }
  const most = Math.max(1, capabilities.maxCountPerCall);
  const sent = seedWithin(seed, range, count);
  const ofCalls = Array.from({ length: Math.ceil(count / most) }, (_, call) => sent + call * most);
  if (range !== true && sent !== seed) {
    report("options.seed", seed, ofCalls.join(", "), "converted", seedReason(range));
  } else if (count > most) {
    const reason = "Calls with the same seed would make the same images, so it is counted up.";
    report("options.seed", seed, ofCalls.join(", "), "emulated", reason);
  }
  return sent;
}

interface FittedFile {
  readonly format: ImageFormat | undefined;
  readonly compression: number | undefined;
  /** The compression that is left for Spillway to apply. */
  readonly toCompress: number | undefined;
  /** Whether Spillway has to write the file anew. */
  readonly isConverted: boolean;
}

/** Decides who makes the file that is asked for: the provider where it can, else Spillway. */
function fitFile(
  { format, compression }: ImageOptions,
  capabilities: ImageCapabilities,
  report: Report,
): FittedFile {
  const made = capabilities.formats ?? [];
  const wanted = fitCompression(format, compression, report);
  const isNative = format === undefined || made.includes(format);
  const isCompressible =
    wanted === undefined ||
    (format !== undefined && (capabilities.compressibleFormats ?? []).includes(format));
  if (isNative && isCompressible) {
    return { format, compression: wanted, toCompress: undefined, isConverted: false };
  }
  if (!isNative) {
    const reason = "The provider cannot be asked for this format, so Spillway converts to it.";
    report("options.format", format, format, "emulated", reason);
  }
  if (wanted !== undefined) {
    const reason = "The provider cannot be asked for a compression, so Spillway compresses.";
    report("options.compression", wanted, String(wanted), "emulated", reason);
  }
  // What is written anew should not have lost anything before.
  const lossless = made.includes("png") ? "png" : undefined;
  return { format: lossless, compression: undefined, toCompress: wanted, isConverted: true };
}

/** The compression, where the file's format has one. */
function fitCompression(
  format: ImageFormat | undefined,
  compression: number | undefined,
  report: Report,
): number | undefined {
  if (compression === undefined) return undefined;
  if (format !== undefined && format !== "png" && format !== "gif") return compression;
  const reason =
    format === undefined
      ? "It needs to be said for which format."
      : `A ${format} file has no compression that loses anything.`;
  report("options.compression", compression, "", "dropped", reason);
  return undefined;
}

/**
 * What the provider is asked for. A link is what it gives, or leads to a file that
 * Spillway keeps, or there is none but for what the provider gives unasked.
 */
function fitDelivery(
  { delivery }: ImageOptions,
  isLinked: boolean,
  storesMedia: boolean,
  report: Report,
): ImageOptions["delivery"] {
  if (delivery !== "url" || isLinked) return delivery;
  const field = "options.delivery";
  if (storesMedia) {
    report(field, "url", "url", "emulated", "Spillway keeps the file and gives a link to it.");
    return "url";
  }
  const reason = "The provider gives no link to this file, and there is nowhere to put it.";
  report(field, "url", "", "dropped", reason);
  return "bytes";
}
