import type { Cost } from "../domain/cost.ts";
import { attributeNames as names } from "./names.ts";
import type { Span } from "./tracer.ts";

/** Tells a span what a call or an attempt has cost, as far as that is known. */
export function setCost(span: Span, cost: Cost): void {
  span.set(names.costBasis, cost.basis);
  if (cost.basis !== "unknown") span.set(names.costMicros, cost.micros);
}
