import type { Model } from "../domain/model.ts";
import {
  draws,
  drawsAndEdits,
  edits,
  model,
  offer,
  pricesFrom,
  runwarePrices,
} from "./describe-model.ts";

const onRunware = pricesFrom(runwarePrices);
const onReplicate = pricesFrom({
  source: "replicate.com, list prices of 2026",
  asOf: "2026-11-21",
});
const onFal = pricesFrom({ source: "fal.ai, list prices of 2026", asOf: "2026-08-31" });

/** Ideogram's models. Balanced is the speed at which fal and Runware draw unless told another. */
export const ideogramModels: readonly Model[] = [
  model(
    "ideogram-v2",
    "Ideogram 2.0",
    [],
    [
      offer("replicate", "ideogram-ai/ideogram-v2", drawsAndEdits),
      offer("runware", "ideogram:3@1", draws, [onRunware.perImage(0.08)]),
    ],
  ),
  model(
    "ideogram-v2-turbo",
    "Ideogram 2.0 Turbo",
    [],
    [offer("replicate", "ideogram-ai/ideogram-v2-turbo", drawsAndEdits)],
  ),
  model("ideogram-v2a", "Ideogram 2a", [], [offer("runware", "ideogram:2@1", draws)]),
  model(
    "ideogram-v2a-turbo",
    "Ideogram 2a Turbo",
    [],
    [offer("replicate", "ideogram-ai/ideogram-v2a-turbo", draws, [onReplicate.perImage(0.025)])],
  ),
  model(
    "ideogram-v3-turbo",
    "Ideogram 3.0 Turbo",
    [],
    [
      offer("replicate", "ideogram-ai/ideogram-v3-turbo", drawsAndEdits, [
        onReplicate.perImage(0.03),
      ]),
    ],
  ),
  model(
    "ideogram-v3-balanced",
    "Ideogram 3.0 Balanced",
    ["ideogram-v3"],
    [
      offer("replicate", "ideogram-ai/ideogram-v3-balanced", drawsAndEdits, [
        onReplicate.perImage(0.06),
      ]),
      offer("fal", "fal-ai/ideogram/v3", draws, [onFal.perImage(0.06)]),
      offer("fal", "fal-ai/ideogram/v3/edit", edits, [onFal.perImage(0.06)]),
      offer("runware", "ideogram:4@1", draws, [onRunware.perImage(0.06)]),
    ],
  ),
  model(
    "ideogram-v3-quality",
    "Ideogram 3.0 Quality",
    [],
    [
      offer("replicate", "ideogram-ai/ideogram-v3-quality", drawsAndEdits, [
        onReplicate.perImage(0.09),
      ]),
    ],
  ),
  model(
    "ideogram-v3-remix",
    "Ideogram 3.0 Remix",
    [],
    [offer("fal", "fal-ai/ideogram/v3/remix", edits, [onFal.perImage(0.06)])],
  ),
  model(
    "ideogram-v3-replace-background",
    "Ideogram 3.0 Replace Background",
    [],
    [offer("fal", "fal-ai/ideogram/v3/replace-background", edits, [onFal.perImage(0.06)])],
  ),
  model(
    "ideogram-v4",
    "Ideogram 4.0",
    [],
    [offer("runware", "ideogram:4@0", draws, [onRunware.perImage(0.06)])],
  ),
];
