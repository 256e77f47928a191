import type { GenerateRequest } from "../domain/generate-request.ts";
import { sandboxFaultLabel } from "../domain/sandbox-fault.ts";
import type { Candidate } from "../router/plan.ts";

/**
 * A fault that a request orders of an embedded provider is the request's, and
 * says nothing about the provider: the next request shall meet it as it was.
 */
export function isRehearsal({ endpoint }: Candidate, { labels }: GenerateRequest): boolean {
  return endpoint.sandbox && labels[sandboxFaultLabel] !== undefined;
}
