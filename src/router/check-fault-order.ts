import { closestName } from "../domain/closest-names.ts";
import { fieldHint } from "../domain/did-you-mean.ts";
import type { GatewayError } from "../domain/gateway-error.ts";
import type { GenerateRequest } from "../domain/generate-request.ts";
import { faultForms, isFaultForm, sandboxFaultLabel } from "../domain/sandbox-fault.ts";
import type { Fleet } from "../providers/endpoint.ts";

/**
 * Whether the faults that a request orders of embedded providers are ones that they can
 * show: unknown ones would rehearse nothing. Without embedded providers the label is one
 * like any other.
 */
export function checkFaultOrder(
  { labels }: GenerateRequest,
  fleet: Fleet,
): GatewayError | undefined {
  const orders = labels[sandboxFaultLabel];
  if (orders === undefined) return undefined;
  const embedded = [...fleet.values()].filter(({ sandbox }) => sandbox).map(({ slug }) => slug);
  if (embedded.length === 0) return undefined;
  for (const order of orders.split(",")) {
    if (order.trim() === "") continue;
    const [, slug = "", fault = ""] = /^\s*(\S+?)\s*=\s*(\S+)\s*$/.exec(order) ?? [];
    if (slug === "") return misordered("must be PROVIDER=FAULT, like openai=http-503 or *=slow:2s");
    if (slug !== "*" && !embedded.includes(slug)) {
      const hint = fieldHint(closestName(slug, embedded));
      return misordered(`must name an embedded provider or * before the =${hint}`);
    }
    if (!isFaultForm(fault)) return misordered(`must have one of ${allForms} after the =`);
  }
  return undefined;
}

const allForms = `${faultForms.join(", ")} (NNN is 400 to 599, DURATION like 500ms, 2s or 1m)`;

function misordered(description: string): GatewayError {
  const field = `labels["${sandboxFaultLabel}"]`;
  return {
    reason: "INVALID_REQUEST",
    message: `The request is not valid: ${field}: ${description}.`,
    metadata: {},
    fieldViolations: [{ field, description, rule: "sandbox.fault" }],
  };
}
