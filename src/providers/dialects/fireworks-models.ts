import type { ImageCapabilities, SeedRange, SizeCapability } from "../../domain/capabilities.ts";
import { usualImageTypes } from "./usual-image-types.ts";

/**
 * Which of Fireworks' three image protocols a model speaks: `workflow` answers with
 * the image, `job` with an id to ask by, `legacy` is the API of the SDXL family
 * (@ai-sdk/fireworks 3.0.62 and docs.fireworks.ai, 2026-11-21).
 */
export type FireworksProtocol = "workflow" | "job" | "legacy";

/** The protocol of a model. One that is not known answers with the image, as most do. */
export function fireworksProtocol(upstreamModel: string): FireworksProtocol {
  const name = fireworksModel(upstreamModel);
  if (!name.startsWith(ownModels)) return "workflow";
  return protocols.get(name.slice(ownModels.length)) ?? "workflow";
}

/** A model as Fireworks names it: what has no account before it is one of Fireworks' own. */
export function fireworksModel(upstreamModel: string): string {
  return upstreamModel.includes("/") ? upstreamModel : ownModels + upstreamModel;
}

/** A model as a part of a path: its slashes stay, and nothing in it leads elsewhere. */
export function fireworksModelPath(upstreamModel: string): string {
  return fireworksModel(upstreamModel)
    .split("/")
    .filter((step) => step !== "" && step !== "." && step !== "..")
    .map(encodeURIComponent)
    .join("/");
}

/** What images of a model can be. */
export function fireworksCapabilities(upstreamModel: string): ImageCapabilities {
  return capabilities[fireworksProtocol(upstreamModel)];
}

/** What edits can be. Only models with jobs make them, of one image. */
export function fireworksEditCapabilities(): ImageCapabilities {
  return { ...capabilities.job, maxInputImages: 1, inputUrls: true, inputFile };
}

const inputFile = { types: usualImageTypes };

const ownModels = "accounts/fireworks/models/";

const protocols: ReadonlyMap<string, FireworksProtocol> = new Map([
  ["flux-kontext-pro", "job"],
  ["flux-kontext-max", "job"],
  ["stable-diffusion-xl-1024-v1-0", "legacy"],
  ["playground-v2-1024px-aesthetic", "legacy"],
  ["playground-v2-5-1024px-aesthetic", "legacy"],
  ["SSD-1B", "legacy"],
  ["japanese-stable-diffusion-xl", "legacy"],
]);

const ratio: SizeCapability = {
  kind: "ratio",
  ratios: ["1:1", "21:9", "16:9", "3:2", "5:4", "4:5", "2:3", "9:16", "9:21", "4:3", "3:4"],
};

/** Those that Stable Diffusion XL was trained on. */
const listed: SizeCapability = {
  kind: "listed",
  sizes: [
    ...["1024x1024", "1152x896", "896x1152", "1216x832", "832x1216"],
    ...["1344x768", "768x1344", "1536x640", "640x1536"],
  ],
};

/** Every call makes one image; which format, each protocol can be told. */
const common = { maxCountPerCall: 1, formats: ["png", "jpeg"], seed: seeds(2 ** 31 - 1) } as const;

const capabilities: Readonly<Record<FireworksProtocol, ImageCapabilities>> = {
  workflow: { ...common, size: ratio, delivery: "bytes" },
  job: { ...common, size: ratio, delivery: "url" },
  legacy: {
    ...common,
    size: listed,
    seed: seeds(2 ** 32 - 1),
    negativePrompt: true,
    delivery: "bytes",
  },
};

/** Never 0, with which Fireworks draws a seed by itself. */
function seeds(most: number): SeedRange {
  return { least: 1, most };
}
