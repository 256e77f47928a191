import type { Model, Price } from "../domain/model.ts";
import {
  chats,
  draws,
  drawsAndEdits,
  edits,
  model,
  offer,
  pricesFrom,
  runwarePrices,
} from "./describe-model.ts";

const onRunware = pricesFrom(runwarePrices);
const { perImage, price, tokens } = pricesFrom({
  source: "Alibaba Cloud Model Studio, Singapore list, April to October 2026",
  asOf: "2026-10-31",
});
const onFal = pricesFrom({ source: "fal.ai, list prices of 2026", asOf: "2026-08-31" });

/** Alibaba's Qwen-Image, Wan, Z-Image and Qwen models that were alive in November 2026. */
export const alibabaModels: readonly Model[] = [
  own("qwen-image-3.0-pro", "Qwen-Image 3.0 Pro", drawsAndEdits, [
    // The step is above 1500 x 1500; images that are edited count as well.
    perImage(0.04, { upToPixels: 2_250_000 }),
    perImage(0.075),
    price("input_image", 0.003),
  ]),
  model(
    "qwen-image-3.0",
    "Qwen-Image 3.0",
    [],
    [
      offer("alibaba", "qwen-image-3.0", drawsAndEdits, [perImage(0.03)]),
      offer("runware", "alibaba:qwen-image@3.0", drawsAndEdits),
    ],
  ),
  own("qwen-image-2.1-pro", "Qwen-Image 2.1 Pro", drawsAndEdits, []),
  model(
    "qwen-image-2.0-pro",
    "Qwen-Image 2.0 Pro",
    [],
    [
      offer("alibaba", "qwen-image-2.0-pro", drawsAndEdits, [perImage(0.075)]),
      offer("fal", "fal-ai/qwen-image-2/pro/text-to-image", draws),
      offer("fal", "fal-ai/qwen-image-2/pro/edit", edits),
      offer("runware", "alibaba:qwen-image@2.0-pro", drawsAndEdits),
    ],
  ),
  model(
    "qwen-image-2.0",
    "Qwen-Image 2.0",
    [],
    [
      offer("alibaba", "qwen-image-2.0", drawsAndEdits, [perImage(0.035)]),
      offer("fal", "fal-ai/qwen-image-2/text-to-image", draws),
      offer("fal", "fal-ai/qwen-image-2/edit", edits),
      offer("runware", "alibaba:qwen-image@2.0", drawsAndEdits, [onRunware.perImage(0.035)]),
    ],
  ),
  model(
    "qwen-image-max",
    "Qwen-Image Max",
    [],
    [
      offer("alibaba", "qwen-image-max", draws, [perImage(0.075)]),
      offer("fal", "fal-ai/qwen-image-max/text-to-image", draws),
    ],
  ),
  own("qwen-image-plus", "Qwen-Image Plus", draws, [perImage(0.03)]),
  model(
    "qwen-image",
    "Qwen-Image",
    [],
    [
      offer("alibaba", "qwen-image", draws, [perImage(0.035)]),
      offer("fal", "fal-ai/qwen-image", draws, [onFal.price("megapixel", 0.02)]),
      offer("runware", "runware:108@1", draws),
    ],
  ),
  model(
    "qwen-image-2512",
    "Qwen-Image 2512",
    [],
    [
      offer("fal", "fal-ai/qwen-image-2512", draws),
      offer("runware", "alibaba:qwen-image@2512", drawsAndEdits, [
        onRunware.perImage(0.0051, { size: "1024x1024" }),
      ]),
    ],
  ),
  model(
    "qwen-image-edit-max",
    "Qwen-Image Edit Max",
    [],
    [
      offer("alibaba", "qwen-image-edit-max", edits, [perImage(0.084)]),
      offer("fal", "fal-ai/qwen-image-max/edit", edits),
    ],
  ),
  model(
    "qwen-image-edit-plus",
    "Qwen-Image Edit Plus",
    [],
    [
      offer("alibaba", "qwen-image-edit-plus", edits, [perImage(0.03)]),
      offer("fal", "fal-ai/qwen-image-edit-plus", edits),
      offer("runware", "runware:108@22", edits),
    ],
  ),
  model(
    "qwen-image-edit",
    "Qwen-Image Edit",
    [],
    [
      offer("alibaba", "qwen-image-edit", edits, [perImage(0.045)]),
      offer("fal", "fal-ai/qwen-image-edit", edits),
      offer("deepinfra", "Qwen/Qwen-Image-Edit", edits),
      offer("runware", "runware:108@20", edits),
    ],
  ),
  own("wan2.7-image-pro", "Wan 2.7 Image Pro", drawsAndEdits, [perImage(0.075)]),
  own("wan2.7-image", "Wan 2.7 Image", drawsAndEdits, [perImage(0.03)]),
  // From words alone it makes a text with images in it, which is another thing.
  own("wan2.6-image", "Wan 2.6 Image", edits, []),
  own("wan2.6-t2i", "Wan 2.6", draws, [perImage(0.03)]),
  own("wan2.5-t2i-preview", "Wan 2.5", draws, [perImage(0.03)]),
  own("wan2.5-i2i-preview", "Wan 2.5 Edit", edits, []),
  own("wan2.2-t2i-plus", "Wan 2.2 Plus", draws, [perImage(0.05)]),
  own("wan2.2-t2i-flash", "Wan 2.2 Flash", draws, [perImage(0.025)]),
  own("wanx2.1-t2i-plus", "Wanx 2.1 Plus", draws, []),
  own("wanx2.1-t2i-turbo", "Wanx 2.1 Turbo", draws, []),
  own("wanx2.1-imageedit", "Wanx 2.1 Edit", edits, []),
  own("wanx2.0-t2i-turbo", "Wanx 2.0 Turbo", draws, []),
  model(
    "z-image-turbo",
    "Z-Image Turbo",
    [],
    [
      offer("alibaba", "z-image-turbo", draws, [perImage(0.015)]),
      offer("fal", "fal-ai/z-image/turbo", draws),
      offer("runware", "runware:z-image@turbo", draws),
    ],
  ),
  own("qwen3.7-max", "Qwen 3.7 Max", chats, perToken(2.5, 7.5)),
  // Up to 256,000 tokens of input; beyond that it costs more, and no list at hand says how much.
  own("qwen3.7-plus", "Qwen 3.7 Plus", chats, perToken(0.4, 1.6)),
  own("qwen3.6-flash", "Qwen 3.6 Flash", chats, perToken(0.25, 1.5)),
  // When it thinks, what it writes costs more than three times as much: no price holds for both.
  own("qwen-plus", "Qwen Plus", chats, []),
  own("qwen-flash", "Qwen Flash", chats, perToken(0.05, 0.4)),
];

/** In US dollars for a million tokens. */
function perToken(read: number, written: number): readonly Price[] {
  return [tokens("input_token", read), tokens("output_token", written)];
}

/** A model that Alibaba alone has, under its own id. */
function own(
  id: string,
  displayName: string,
  operations: Model["operations"],
  prices: readonly Price[],
): Model {
  return model(id, displayName, [], [offer("alibaba", id, operations, prices)]);
}
