import type { ImageOptions as ProtoOptions } from "../../../gen/spillway/v1/image_pb.ts";
import type { ImageOptions, ImageSize } from "../../domain/image-options.ts";
import * as tables from "../enum-tables.ts";

/** Reads how images shall look and arrive. A count of 0 is 1; what is unset stays undefined. */
export function imageOptionsFromProto(options: ProtoOptions | undefined): ImageOptions {
  if (options === undefined) return { count: 1 };
  return {
    count: options.count === 0 ? 1 : options.count,
    size: sizeFromProto(options.size),
    resolution: resolution(options.resolution),
    quality: quality(options.quality),
    background: background(options.background),
    seed: options.seed === undefined ? undefined : Number(options.seed),
    format: imageFormat(options.format),
    compression: options.compression,
    delivery: delivery(options.delivery),
  };
}

const resolution = tables.reader(tables.resolution);
const quality = tables.reader(tables.quality);
const background = tables.reader(tables.background);
const imageFormat = tables.reader(tables.imageFormat);
const delivery = tables.reader(tables.delivery);

function sizeFromProto(size: ProtoOptions["size"]): ImageSize | undefined {
  switch (size.case) {
    case "pixels":
      return { kind: "pixels", width: size.value.width, height: size.value.height };
    case "aspectRatio": {
      const colon = size.value.indexOf(":");
      return {
        kind: "aspect_ratio",
        width: Number(size.value.slice(0, colon)),
        height: Number(size.value.slice(colon + 1)),
      };
    }
    case undefined:
      return undefined;
  }
}
