import { create } from "@bufbuild/protobuf";
import { PixelSizeSchema } from "../../../gen/spillway/v1/image_pb.ts";
import { type ImageLimits, ImageLimitsSchema } from "../../../gen/spillway/v1/model_pb.ts";
import type { ImageCapabilities } from "../../domain/capabilities.ts";
import type { ModelOffer } from "../../domain/model.ts";
import { limitCapabilities } from "../../domain/offer-limits.ts";
import type { Endpoint } from "../../providers/endpoint.ts";
import * as tables from "../enum-tables.ts";

/**
 * Writes what the images of an offer can be: as made from words where the offer
 * does that, else as edited or enlarged. Undefined for an offer without images.
 */
export function imageLimitsToProto(offer: ModelOffer, endpoint: Endpoint): ImageLimits | undefined {
  const operation = imageOperations.find((name) => offer.operations.includes(name));
  if (operation === undefined) return undefined;
  const limits = capabilities(operation, offer, endpoint);
  if (limits === undefined) return undefined;
  const edit = offer.operations.includes("image_edit")
    ? capabilities("image_edit", offer, endpoint)
    : undefined;
  return create(ImageLimitsSchema, {
    maxCountPerCall: limits.maxCountPerCall,
    aspectRatios: limits.size?.kind === "ratio" ? [...limits.size.ratios] : [],
    pixelSizes: limits.size?.kind === "listed" ? limits.size.sizes.flatMap(pixelSize) : [],
    freePixelSizes: limits.size?.kind === "free",
    resolutions: (limits.resolutions ?? []).map((word) => tables.resolution[word]),
    qualities: (limits.qualities ?? []).map((word) => tables.quality[word]),
    formats: (limits.formats ?? []).map((word) => tables.imageFormat[word]),
    seed: (limits.seed ?? false) !== false,
    negativePrompt: limits.negativePrompt ?? false,
    maxInputImages: edit === undefined ? 0 : (edit.maxInputImages ?? 1),
  });
}

const imageOperations = ["text_to_image", "image_edit", "image_upscale"] as const;

function capabilities(
  operation: (typeof imageOperations)[number],
  offer: ModelOffer,
  { provider, settings }: Endpoint,
): ImageCapabilities | undefined {
  const dialect = provider.operations[operation];
  if (dialect === undefined) return undefined;
  return limitCapabilities(dialect.capabilities(offer.upstreamModel, settings), offer.limits);
}

function pixelSize(size: string) {
  const [width, height] = size.split("x").map(Number);
  if (width === undefined || height === undefined) return [];
  return [create(PixelSizeSchema, { width, height })];
}
