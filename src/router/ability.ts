import type { ChatCapabilities, ImageCapabilities } from "../domain/capabilities.ts";
import { limitCapabilities, type OfferLimits } from "../domain/offer-limits.ts";
import type { Operation } from "../domain/operation.ts";
import type { Endpoint } from "../providers/endpoint.ts";
import { servesModel } from "./endpoint-models.ts";

/** What a model can be asked at a provider by one operation. */
export type Ability =
  | { readonly kind: "chat"; readonly provider: string; readonly capabilities: ChatCapabilities }
  | {
      readonly kind: "images";
      readonly provider: string;
      /** Held to the catalogue's limits already. */
      readonly capabilities: ImageCapabilities;
    }
  /** Nothing. The reason is the end of a sentence. */
  | { readonly kind: "none"; readonly reason: string };

/** Finds out what a model can be asked, `limits` being what the catalogue holds its images to. */
export function abilityOf(
  endpoint: Endpoint,
  upstreamModel: string,
  operation: Operation,
  limits?: OfferLimits,
): Ability {
  const { slug: provider, settings } = endpoint;
  const { operations } = endpoint.provider;
  if (!endpoint.operations.includes(operation)) return cannot(`do ${operation}`);
  if (!servesModel(endpoint, upstreamModel)) return cannot(`serve ${upstreamModel}`);
  if (operations[operation]?.serves?.(upstreamModel) === false) {
    return cannot(`do ${operation} by ${upstreamModel}`);
  }
  if (operation === "chat") {
    const capabilities = operations.chat?.capabilities(upstreamModel, settings);
    return capabilities ? { kind: "chat", provider, capabilities } : cannot(`do ${operation}`);
  }
  const offered = operations[operation]?.capabilities(upstreamModel, settings);
  if (offered === undefined) return cannot(`do ${operation}`);
  return { kind: "images", provider, capabilities: limitCapabilities(offered, limits) };
}

function cannot(what: string): Ability {
  return { kind: "none", reason: `cannot ${what}` };
}
