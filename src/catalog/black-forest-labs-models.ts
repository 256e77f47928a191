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
const onFireworks = pricesFrom({
  source: "fireworks.ai pricing of 2025 and 2026, at the usual number of steps",
  asOf: "2026-11-21",
});

// Its other models cost by steps, or by inputs, of which the answer says nothing.
const onDeepInfra = pricesFrom({
  source: "deepinfra.com, the model's own page, at its usual 28 steps",
  asOf: "2026-11-22",
});

/** The first megapixel is dearer than the others, which is one image and one megapixel. */
const flux2Pro = [onFal.perImage(0.015), onFal.price("megapixel", 0.015)];

/** The FLUX models of Black Forest Labs. */
export const blackForestLabsModels: readonly Model[] = [
  model(
    "flux-schnell",
    "FLUX.1 schnell",
    ["flux-1-schnell", "flux.1-schnell"],
    [
      offer("replicate", "black-forest-labs/flux-schnell", draws, [onReplicate.perImage(0.003)]),
      offer("fal", "fal-ai/flux/schnell", draws, [onFal.price("megapixel", 0.003)]),
      offer("fireworks", "accounts/fireworks/models/flux-1-schnell-fp8", draws, [
        onFireworks.perImage(0.0014),
      ]),
      offer("runware", "runware:100@1", draws),
      offer("deepinfra", "black-forest-labs/FLUX-1-schnell", draws),
    ],
  ),
  model(
    "flux-dev",
    "FLUX.1 dev",
    ["flux-1-dev", "flux.1-dev"],
    [
      offer("replicate", "black-forest-labs/flux-dev", drawsAndEdits, [
        onReplicate.perImage(0.025),
      ]),
      offer("fal", "fal-ai/flux/dev", draws, [onFal.price("megapixel", 0.025)]),
      offer("fal", "fal-ai/flux/dev/image-to-image", edits),
      offer("fireworks", "accounts/fireworks/models/flux-1-dev-fp8", draws, [
        onFireworks.perImage(0.014),
      ]),
      offer("runware", "runware:101@1", drawsAndEdits),
    ],
  ),
  model(
    "flux-1.1-pro",
    "FLUX 1.1 pro",
    ["flux1.1-pro", "flux.1.1-pro"],
    [
      offer("replicate", "black-forest-labs/flux-1.1-pro", drawsAndEdits, [
        onReplicate.perImage(0.04),
      ]),
      offer("fal", "fal-ai/flux-pro/v1.1", draws, [onFal.price("megapixel", 0.04)]),
      offer("runware", "bfl:2@1", draws),
    ],
  ),
  model(
    "flux-1.1-pro-ultra",
    "FLUX 1.1 pro Ultra",
    ["flux1.1-pro-ultra"],
    [
      offer("replicate", "black-forest-labs/flux-1.1-pro-ultra", drawsAndEdits, [
        onReplicate.perImage(0.06),
      ]),
      offer("fal", "fal-ai/flux-pro/v1.1-ultra", drawsAndEdits, [onFal.perImage(0.06)]),
      offer("runware", "bfl:2@2", draws),
    ],
  ),
  model(
    "flux-kontext-pro",
    "FLUX.1 Kontext pro",
    ["flux.1-kontext-pro"],
    [
      offer("replicate", "black-forest-labs/flux-kontext-pro", drawsAndEdits, [
        onReplicate.perImage(0.04),
      ]),
      offer("fal", "fal-ai/flux-pro/kontext", edits, [onFal.perImage(0.04)]),
      offer("fal", "fal-ai/flux-pro/kontext/text-to-image", draws, [onFal.perImage(0.04)]),
      offer("fireworks", "accounts/fireworks/models/flux-kontext-pro", drawsAndEdits, [
        onFireworks.perImage(0.04),
      ]),
      offer("runware", "bfl:3@1", drawsAndEdits, [onRunware.perImage(0.04)]),
    ],
  ),
  model(
    "flux-kontext-max",
    "FLUX.1 Kontext max",
    ["flux.1-kontext-max"],
    [
      offer("replicate", "black-forest-labs/flux-kontext-max", drawsAndEdits, [
        onReplicate.perImage(0.08),
      ]),
      offer("fal", "fal-ai/flux-pro/kontext/max", edits, [onFal.perImage(0.08)]),
      offer("fal", "fal-ai/flux-pro/kontext/max/text-to-image", draws, [onFal.perImage(0.08)]),
      offer("fireworks", "accounts/fireworks/models/flux-kontext-max", drawsAndEdits, [
        onFireworks.perImage(0.08),
      ]),
      offer("runware", "bfl:4@1", drawsAndEdits, [onRunware.perImage(0.08)]),
    ],
  ),
  // For several images fal has an endpoint of its own; one offer for an edit is all that a model has there.
  model(
    "flux-kontext-pro-multi",
    "FLUX.1 Kontext pro, several images",
    [],
    [offer("fal", "fal-ai/flux-pro/kontext/multi", edits, [onFal.perImage(0.04)])],
  ),
  model(
    "flux-kontext-max-multi",
    "FLUX.1 Kontext max, several images",
    [],
    [offer("fal", "fal-ai/flux-pro/kontext/max/multi", edits, [onFal.perImage(0.08)])],
  ),
  model(
    "flux-fill-pro",
    "FLUX.1 Fill pro",
    [],
    [
      offer("replicate", "black-forest-labs/flux-fill-pro", edits, [onReplicate.perImage(0.05)]),
      offer("fal", "fal-ai/flux-pro/v1/fill", edits),
      offer("runware", "bfl:1@2", edits),
    ],
  ),
  model(
    "flux-2-pro",
    "FLUX.2 pro",
    ["flux.2-pro"],
    [
      offer("replicate", "black-forest-labs/flux-2-pro", drawsAndEdits, [
        onReplicate.perImage(0.015),
        onReplicate.price("megapixel", 0.015),
      ]),
      offer("fal", "fal-ai/flux-2-pro", draws, flux2Pro),
      offer("fal", "fal-ai/flux-2-pro/edit", edits, flux2Pro),
      offer("runware", "bfl:5@1", drawsAndEdits, [onRunware.perImage(0.03, { resolution: "1K" })]),
      offer("deepinfra", "black-forest-labs/FLUX-2-pro", drawsAndEdits),
    ],
  ),
  model(
    "flux-2-flex",
    "FLUX.2 flex",
    ["flux.2-flex"],
    [
      offer("replicate", "black-forest-labs/flux-2-flex", drawsAndEdits),
      offer("fal", "fal-ai/flux-2-flex", draws),
      offer("fal", "fal-ai/flux-2-flex/edit", edits),
      offer("runware", "bfl:6@1", drawsAndEdits, [onRunware.perImage(0.06, { size: "1024x1024" })]),
    ],
  ),
  model(
    "flux-2-max",
    "FLUX.2 max",
    ["flux.2-max"],
    [
      offer("replicate", "black-forest-labs/flux-2-max", drawsAndEdits),
      offer("fal", "fal-ai/flux-2-max", draws),
      offer("fal", "fal-ai/flux-2-max/edit", edits),
      offer("runware", "bfl:7@1", drawsAndEdits),
      offer("deepinfra", "black-forest-labs/FLUX-2-max", drawsAndEdits),
    ],
  ),
  model(
    "flux-2-dev",
    "FLUX.2 dev",
    ["flux.2-dev"],
    [
      offer("replicate", "black-forest-labs/flux-2-dev", drawsAndEdits),
      offer("fal", "fal-ai/flux-2", draws, [onFal.price("megapixel", 0.012)]),
      offer("fal", "fal-ai/flux-2/edit", edits),
      offer("runware", "runware:400@1", drawsAndEdits),
      offer("deepinfra", "black-forest-labs/FLUX-2-dev", draws, [
        onDeepInfra.perImage(0.01, { size: "1024x1024" }),
      ]),
    ],
  ),
  model(
    "flux-2-turbo",
    "FLUX.2 dev Turbo",
    ["flux.2-turbo"],
    [offer("fal", "fal-ai/flux-2/turbo", draws), offer("fal", "fal-ai/flux-2/turbo/edit", edits)],
  ),
  model(
    "flux-2-flash",
    "FLUX.2 dev Flash",
    ["flux.2-flash"],
    [offer("fal", "fal-ai/flux-2/flash", draws), offer("fal", "fal-ai/flux-2/flash/edit", edits)],
  ),
  klein("9b", "9B", "runware:400@2"),
  klein("4b", "4B", "runware:400@4"),
  model(
    "flux-2-klein-9b-base",
    "FLUX.2 klein 9B Base",
    [],
    [offer("runware", "runware:400@3", drawsAndEdits)],
  ),
  model(
    "flux-2-klein-4b-base",
    "FLUX.2 klein 4B Base",
    [],
    [offer("runware", "runware:400@5", drawsAndEdits)],
  ),
];

/** A size of FLUX.2 klein, and Runware's name of it. */
function klein(size: string, displaySize: string, air: string): Model {
  return model(
    `flux-2-klein-${size}`,
    `FLUX.2 klein ${displaySize}`,
    [`flux.2-klein-${size}`],
    [
      offer("fal", `fal-ai/flux-2/klein/${size}`, draws),
      offer("fal", `fal-ai/flux-2/klein/${size}/edit`, edits),
      offer("runware", air, drawsAndEdits),
    ],
  );
}
