import { closestNames } from "../domain/closest-names.ts";
import { didYouMean, suggested } from "../domain/did-you-mean.ts";
import type { GatewayError } from "../domain/gateway-error.ts";
import type { Operation } from "../domain/operation.ts";
import type { Fleet } from "../providers/endpoint.ts";
import type { SkippedCandidate } from "./plan.ts";
import type { RoutingWorld } from "./routing-world.ts";
import { splitPrefix } from "./split-prefix.ts";

/** The error for a model's name that nothing matched; its metadata has close names as `suggestions`. */
export function unknownModel(
  name: string,
  operation: Operation,
  world: RoutingWorld,
): GatewayError {
  const prefix = splitPrefix(name);
  if (prefix !== undefined) {
    const endpoint = world.fleet.get(prefix.slug);
    if (endpoint !== undefined) return cannotDo(endpoint.slug, operation);
    // What follows the slash is a model, so what precedes it was meant as a provider.
    if (world.catalog.find(prefix.rest)) return unknownProvider(prefix.slug, world.fleet);
  }
  const known = new Set([...world.catalog.suggest(name, 5), ...world.rules.literals]);
  const suggestions = closestNames(name, known, 5);
  const hint =
    operation === "chat" && prefix !== undefined
      ? " As an OpenRouter id it needs the provider openrouter to be configured."
      : "";
  return {
    reason: "MODEL_NOT_FOUND",
    message: `No rule and no entry of the catalogue has the model "${name}".${didYouMean(suggestions)}${hint}`,
    metadata: { model: name, ...suggested(suggestions) },
  };
}

/** The error for a provider that is asked for by name and does not exist. */
export function unknownProvider(slug: string, fleet: Fleet): GatewayError {
  const suggestions = closestNames(slug, fleet.keys(), 3);
  return {
    reason: "PROVIDER_NOT_FOUND",
    message: `There is no provider "${slug}".${didYouMean(suggestions)} ListProviders shows those that there are.`,
    metadata: { provider: slug, ...suggested(suggestions) },
  };
}

/** The error for providers of which none has what it needs to be called. */
export function notConfigured(slugs: readonly string[]): GatewayError {
  return {
    reason: "PROVIDER_NOT_CONFIGURED",
    message: `No credentials are configured for ${slugs.join(", ")}. Put them into spillway.yaml, or ask for another provider.`,
    metadata: { provider: slugs.join(",") },
  };
}

/** The error for a plan without candidates, by what left them out. */
export function emptyPlan(
  model: string,
  operation: Operation,
  skipped: readonly SkippedCandidate[],
  fields: readonly string[],
): GatewayError {
  const metadata = { model, operation, reasons: reasonsOf(skipped) };
  // A price is looked at last: whoever was left out for it could have served the request.
  if (skipped.some(({ cause }) => cause === "cost")) {
    return {
      reason: "COST_LIMIT",
      message: `No provider of "${model}" is known to stay within max_cost_micros.`,
      metadata,
    };
  }
  if (skipped.length > 0 && skipped.every(({ cause }) => cause === "not_configured")) {
    return notConfigured([...new Set(skipped.map(({ provider }) => provider))]);
  }
  const which = fields.length === 0 ? operation : `${operation} with ${fields.join(", ")}`;
  return {
    reason: "NO_CAPABLE_PROVIDER",
    message: `No provider of "${model}" can do ${which} as it was asked.`,
    metadata: fields.length === 0 ? metadata : { ...metadata, parameters: fields.join(",") },
  };
}

/** Why targets were left out, at most so many as fit into trailers beside an AttemptReport. */
function reasonsOf(skipped: readonly SkippedCandidate[]): string {
  let text = "";
  for (const [index, { reason }] of skipped.entries()) {
    if (text.length + reason.length > mostReasonCharacters) {
      return `${text}And ${skipped.length - index} more.`;
    }
    text += `${reason} `;
  }
  return text.trimEnd();
}

const mostReasonCharacters = 1000;

function cannotDo(slug: string, operation: Operation): GatewayError {
  const reason = `cannot do ${operation}`;
  return {
    reason: "NO_CAPABLE_PROVIDER",
    message: `Provider "${slug}" is asked for by name, but it ${reason}.`,
    metadata: { provider: slug, operation, reasons: `${slug} ${reason}.` },
  };
}
