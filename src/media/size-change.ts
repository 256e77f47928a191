import { type Adjustment, noAdjustments } from "../domain/adjustment.ts";
import type { AskedSize, FinishJob } from "../domain/finish.ts";
import { areaDistance, areaOf, ratioDistance, type Shape, sameScale } from "../domain/shape.ts";

/** What is told of an image that has another size, or another scale, than its provider was asked for; nothing of one that has them. */
export function sizeChange(
  image: Shape,
  { finish: { size, scale }, provider }: Pick<FinishJob, "finish" | "provider">,
): readonly Adjustment[] {
  const isKept = size === undefined || isOfSize(image, size);
  const isScaleKept = scale === undefined || areaDistance(areaOf(image), scale.area) <= sameScale;
  if (isKept && isScaleKept) return noAdjustments;
  const applied = `${image.width}x${image.height}`;
  const reason = "The provider made another size than it was asked for.";
  const told = { applied, kind: "converted", provider, reason } as const;
  const adjustments: Adjustment[] = [];
  if (!isKept) adjustments.push({ field: size.field, requested: size.requested, ...told });
  if (!isScaleKept) {
    adjustments.push({ field: "options.resolution", requested: scale.requested, ...told });
  }
  return adjustments;
}

/** Pixels are kept where the caller gave pixels; else it is the ratio that was asked for. */
function isOfSize(image: Shape, { field, asked }: AskedSize): boolean {
  if (field === "options.pixels" && asked.kind === "pixels") {
    return image.width === asked.width && image.height === asked.height;
  }
  return ratioDistance(image, asked) <= keptRatio;
}

/** The pixels in which providers make a ratio that they offer by name are up to 4 % off: Kontext's 16:9 is 1392 x 752. */
const keptRatio = Math.log(1.05);
