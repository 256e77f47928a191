import type { ImageCapabilities } from "../../domain/capabilities.ts";
import { maxFileBytes } from "./replicate-files.ts";
import type { ReplicateModel } from "./replicate-model.ts";
import { replicateTable } from "./replicate-table.ts";
import { usualImageTypes } from "./usual-image-types.ts";

/** The family of a model, by "owner/name" with or without ":version". An unknown model takes a prompt. */
export function replicateModel(upstreamModel: string): ReplicateModel {
  const [name = ""] = upstreamModel.split(":", 1);
  return byName.get(name) ?? unknownModel;
}

/**
 * Whether a name is that of an official model, "owner/name", which has a path of its own
 * and is billed by its outputs. Other models are named by a version, and billed by the
 * second, failed ones too (replicate.com/docs, 2026-11-21).
 */
export function isOfficialModel(upstreamModel: string): boolean {
  return /^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(upstreamModel);
}

/** What a model can be asked, from the same rows as its input. */
export function replicateCapabilities(upstreamModel: string): ImageCapabilities {
  const model = replicateModel(upstreamModel);
  const formats = keysOf(model.formats);
  return {
    maxCountPerCall: model.count?.max ?? 1,
    size: model.size,
    resolutions: keysOf(model.resolution?.words),
    qualities: model.qualities,
    backgrounds: model.backgrounds,
    formats,
    compressibleFormats:
      model.compressionKey === undefined ? undefined : formats.filter((format) => format !== "png"),
    seed: model.seed,
    negativePrompt: model.negativePrompt,
    delivery: "url",
  };
}

/** Whether a model draws from words alone: not one that is known to want an image. */
export function replicateDraws(upstreamModel: string): boolean {
  return replicateModel(upstreamModel).inputs?.required === undefined;
}

/** What an edit by a model can be asked: the same, as far as the input does not settle it. */
export function replicateEditCapabilities(upstreamModel: string): ImageCapabilities {
  const { inputs } = replicateModel(upstreamModel);
  const capabilities = replicateCapabilities(upstreamModel);
  const isShaped = inputs?.shape !== "given";
  return {
    ...capabilities,
    size: isShaped ? capabilities.size : undefined,
    resolutions: isShaped ? capabilities.resolutions : undefined,
    maxInputImages: inputs?.max ?? 0,
    inputFile: { types: usualImageTypes, maxBytes: maxFileBytes },
    inputUrls: true,
    mask: inputs?.mask,
    needsMask: inputs?.needsMask,
  };
}

const unknownModel: ReplicateModel = { names: [] };

function keysOf<T extends string>(words: Readonly<Partial<Record<T, string>>> | undefined): T[] {
  return Object.keys(words ?? {}) as T[];
}

const byName: ReadonlyMap<string, ReplicateModel> = new Map(
  replicateTable.flatMap((model) => model.names.map((name) => [name, model] as const)),
);
