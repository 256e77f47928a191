import type { ImageCapabilities } from "../domain/capabilities.ts";
import type { OfferLimits } from "../domain/offer-limits.ts";
import type { Operation } from "../domain/operation.ts";
import type { Provider } from "../providers/provider.ts";
import type { CrossProblem } from "./cross-problem.ts";

/** An offer's limits, and what they limit. */
export interface LimitedOffer {
  readonly slug: string;
  readonly provider: Provider;
  readonly upstreamModel: string;
  /** What the offer does, without what the provider cannot. */
  readonly operations: readonly Operation[];
  readonly limits: OfferLimits | undefined;
  /** Where the offer stands. */
  readonly path: readonly string[];
}

/** Finds limits that say nothing, since the provider has no such choice, or none of this value. */
export function limitProblems(limited: LimitedOffer): readonly CrossProblem[] {
  const { limits, operations, slug } = limited;
  if (limits === undefined) return [];
  const path = [...limited.path, "limits"];
  const capabilities = operations.flatMap((operation) => capabilitiesOf(limited, operation) ?? []);
  if (capabilities.length === 0) {
    const message = "does not apply here; expected it only for an offer of images";
    return [{ path, message, atKey: true }];
  }
  const problems: CrossProblem[] = [];
  const apply = (
    key: string,
    wanted: readonly string[] | undefined,
    offered: readonly string[] | "any",
  ): void => {
    if (wanted === undefined || offered === "any") return;
    if (offered.length === 0) {
      const message = `does not apply here; ${slug} lets nobody choose that for this model`;
      problems.push({ path: [...path, key], message, atKey: true });
      return;
    }
    wanted.forEach((value, index) => {
      if (offered.includes(value)) return;
      const message = `is "${value}", for which ${slug} cannot be asked; expected some of ${offered.join(", ")}`;
      problems.push({ path: [...path, key, index], message, atKey: false });
    });
  };
  apply("sizes", limits.sizes, sizesOf(capabilities));
  apply("aspect_ratios", limits.aspectRatios, all(capabilities, ratiosOf));
  apply(
    "resolutions",
    limits.resolutions,
    all(capabilities, ({ resolutions = [] }) => resolutions),
  );
  apply(
    "qualities",
    limits.qualities,
    all(capabilities, ({ qualities = [] }) => qualities),
  );
  if (limits.maxInputImages !== undefined && !operations.includes("image_edit")) {
    const message = "does not apply here; expected it only for an offer of image_edit";
    problems.push({ path: [...path, "max_input_images"], message, atKey: true });
  }
  return problems;
}

/** What the provider can be asked before anyone has configured it. */
function capabilitiesOf(
  { provider, upstreamModel }: LimitedOffer,
  operation: Operation,
): ImageCapabilities | undefined {
  if (operation === "chat") return undefined;
  return provider.operations[operation]?.capabilities(upstreamModel, {});
}

function sizesOf(capabilities: readonly ImageCapabilities[]): readonly string[] | "any" {
  if (capabilities.some(({ size }) => size?.kind === "free")) return "any";
  return all(capabilities, ({ size }) => (size?.kind === "listed" ? size.sizes : []));
}

function ratiosOf({ size }: ImageCapabilities): readonly string[] {
  return size?.kind === "ratio" ? size.ratios : [];
}

function all(
  capabilities: readonly ImageCapabilities[],
  of: (one: ImageCapabilities) => readonly string[],
): readonly string[] {
  return [...new Set(capabilities.flatMap(of))];
}
