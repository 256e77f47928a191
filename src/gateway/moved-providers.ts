import { isDeepStrictEqual } from "node:util";
import type { Endpoint } from "../providers/endpoint.ts";
import type { Gateway } from "./gateway.ts";

/**
 * The slugs of the providers that another gateway does not ask where this one does:
 * at another address, of another project, or not at all. What was learned of them
 * says nothing of who is asked from then on.
 */
export function movedProviders(
  before: Pick<Gateway, "providers">,
  after: Pick<Gateway, "endpoint">,
): readonly string[] {
  return before
    .providers()
    .filter(({ endpoint }) => !isSamePlace(endpoint, after.endpoint(endpoint.slug)))
    .map(({ endpoint }) => endpoint.slug);
}

function isSamePlace(before: Endpoint, after: Endpoint | undefined): boolean {
  return isDeepStrictEqual(placeOf(before), placeOf(after));
}

function placeOf(endpoint: Endpoint | undefined): unknown {
  return [endpoint?.baseUrl, endpoint?.settings.project, endpoint?.settings.location];
}
