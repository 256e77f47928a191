import type { ImageCapabilities } from "../../domain/capabilities.ts";
import type { ImageFormat } from "../../domain/image-options.ts";
import { type FalModel, oneImage } from "./fal-model.ts";
import { falTable } from "./fal-table.ts";
import { usualImageTypes } from "./usual-image-types.ts";

/** The family of a model, by its endpoint id. An unknown model takes a prompt and one image. */
export function falModel(upstreamModel: string): FalModel {
  return byName.get(upstreamModel) ?? unknownModel;
}

/** What a model can be asked, from the same rows as its input. */
export function falCapabilities(upstreamModel: string): ImageCapabilities {
  const model = falModel(upstreamModel);
  return {
    maxCountPerCall: model.maxCount ?? 1,
    size: model.size,
    resolutions: model.resolutions,
    qualities: model.qualities,
    backgrounds: model.backgrounds,
    formats: Object.keys(model.formats ?? {}) as ImageFormat[],
    seed: model.seed,
    negativePrompt: model.negativePrompt,
    delivery: "url",
    // What a model does not take it ignores, and draws something else.
    maxInputImages: model === unknownModel ? oneImage.most : (model.images?.most ?? 0),
    mask: model.mask?.polarity,
    needsMask: model.mask?.required,
    inputUrls: true,
    inputFile: { types: usualImageTypes },
    scaleFactors: model.scale?.factors,
  };
}

/** Whether a model draws from words alone: not one that is known to want an image. */
export function falDraws(upstreamModel: string): boolean {
  const { images, scale } = falModel(upstreamModel);
  return images?.required === undefined && scale === undefined;
}

/** Whether a model enlarges: not one that is known for something else. */
export function falEnlarges(upstreamModel: string): boolean {
  const model = falModel(upstreamModel);
  return model === unknownModel || model.scale !== undefined;
}

const unknownModel: FalModel = { names: [] };

const byName: ReadonlyMap<string, FalModel> = new Map(
  falTable.flatMap((model) => model.names.map((name) => [name, model] as const)),
);
