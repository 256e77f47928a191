import { type Adjustment, noAdjustments } from "../domain/adjustment.ts";
import type { AskedSize, FinishJob } from "../domain/finish.ts";
import { ratioDistance, type Shape } from "../domain/shape.ts";

/** What is told of an image that has another size than its provider was asked for; nothing of one that has it. */
export function sizeChange(
  image: Shape,
  { finish, provider }: Pick<FinishJob, "finish" | "provider">,
): readonly Adjustment[] {
  const { size } = finish;
  if (size === undefined || isKept(image, size)) return noAdjustments;
  const { field, requested } = size;
  const applied = `${image.width}x${image.height}`;
  const reason = "The provider made another size than it was asked for.";
  return [{ field, requested, applied, kind: "converted", provider, reason }];
}

/** Pixels are kept where the caller gave pixels; else it is the ratio that was asked for. */
function isKept(image: Shape, { field, asked }: AskedSize): boolean {
  if (field === "options.pixels" && asked.kind === "pixels") {
    return image.width === asked.width && image.height === asked.height;
  }
  return ratioDistance(image, asked) <= keptRatio;
}

/** The pixels in which providers make a ratio that they offer by name are up to 3 % off: Google's 21:9 is 1536 x 672. */
const keptRatio = Math.log(1.03);
