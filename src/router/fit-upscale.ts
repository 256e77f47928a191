import type { Adjustment } from "../domain/adjustment.ts";
import type { ImageCapabilities } from "../domain/capabilities.ts";
import { nearest } from "../domain/shape.ts";
import type { ImageUpscaleTask } from "../domain/task.ts";
import { fieldOf, printSize } from "./choose-size.ts";

/** An upscale in a provider's terms, but for what its options have in common with other tasks. */
export interface FittedUpscale {
  readonly task: ImageUpscaleTask;
  readonly adjustments: readonly Adjustment[];
}

/**
 * Puts an upscale into a provider's terms: the nearest factor that it has, by
 * |log(f1 / f2)|, and one image, whose shape and size follow from its input and
 * the factor. A provider that lists no factors takes any.
 */
export function fitUpscale(
  task: ImageUpscaleTask,
  capabilities: ImageCapabilities,
  provider: string,
): FittedUpscale {
  const { count, size, resolution, ...options } = task.options;
  const adjustments: Adjustment[] = [];
  const report = (field: string, requested: string, applied: string, reason: string) => {
    const kind = applied === "" ? "dropped" : "converted";
    adjustments.push({ field, requested, applied, kind, provider, reason });
  };

  const scaleFactor =
    nearest(capabilities.scaleFactors ?? [], (factor) =>
      Math.abs(Math.log(factor / task.scaleFactor)),
    ) ?? task.scaleFactor;
  if (scaleFactor !== task.scaleFactor) {
    const reason = "The nearest factor that can be chosen.";
    report("scale_factor", String(task.scaleFactor), String(scaleFactor), reason);
  }
  const reason = "The input and the factor decide it.";
  if (count > 1) report("options.count", String(count), "", reason);
  if (size !== undefined) report(fieldOf(size), printSize(size), "", reason);
  if (resolution !== undefined) report("options.resolution", resolution, "", reason);
  return { task: { ...task, scaleFactor, options: { ...options, count: 1 } }, adjustments };
}
