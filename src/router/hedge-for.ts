import type { GenerateRequest } from "../domain/generate-request.ts";
import type { Hedge } from "../domain/hedge.ts";
import type { Candidate } from "./plan.ts";

/**
 * The hedge that holds for a request: its rule's, where a second attempt beside the
 * first can be and may be. It needs another target for the request's own model, and
 * leave to pay for the same work twice: the request can forbid that, and for images
 * it takes the rule's word or targets that are known to cost nothing.
 */
export function hedgeFor(
  hedge: Hedge | undefined,
  { task, routing }: GenerateRequest,
  candidates: readonly Candidate[],
): Hedge | undefined {
  if (hedge === undefined || routing.duplicateSpend === "forbid") return undefined;
  const targets = candidates.filter(({ modelIndex }) => modelIndex === 0);
  if (targets.length < 2 || routing.maxAttempts < 2) return undefined;
  const mayBuyTwice = task.operation === "chat" || hedge.paidImages || targets.every(isFree);
  return mayBuyTwice ? hedge : undefined;
}

function isFree({ cost }: Candidate): boolean {
  return cost.basis !== "unknown" && cost.micros === 0;
}
