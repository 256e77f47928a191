import type { GatewayError } from "../domain/gateway-error.ts";
import type { Model } from "../domain/model.ts";
import type { Operation } from "../domain/operation.ts";
import type { Endpoint, Fleet } from "../providers/endpoint.ts";
import { servesModel } from "./endpoint-models.ts";
import type { MatchedRule, ResolutionStep } from "./plan.ts";
import { notConfigured, unknownModel } from "./routing-errors.ts";
import type { RoutingWorld } from "./routing-world.ts";
import { splitPrefix } from "./split-prefix.ts";

/** What a model's name means. */
export interface ModelMeaning {
  readonly step: ResolutionStep;
  /** The catalogue id where there is one, else the name; a forced provider's slug is not part of it. */
  readonly model: string;
  /** The model's name as a provider gets it that the catalogue does not list for the model. */
  readonly name: string;
  /** The entry of the catalogue. */
  readonly entry?: Model | undefined;
  /** The provider that alone is meant, with the steps "forced" and "openrouter". */
  readonly provider?: string | undefined;
  /** With the steps "exact_rule" and "pattern_rule". */
  readonly rule?: MatchedRule | undefined;
  /** The rules that match as well, in the order in which they would have applied. */
  readonly shadowedRules: readonly MatchedRule[];
}

/** A name's meaning, or why it has none. */
export type ResolveResult =
  | { readonly kind: "resolved"; readonly meaning: ModelMeaning }
  | { readonly kind: "failed"; readonly error: GatewayError };

/**
 * Finds out what a model's name means for an operation, by the contract's five
 * steps: a rule that names it or an entry of the catalogue; `slug/model`; for a
 * chat an OpenRouter id; a rule's glob; the providers that the catalogue lists.
 *
 * - An alias is the same model as its id: rules are asked for both, the caller's
 *   word first.
 * - An entry of the catalogue says what a name means, not who serves it: a rule's
 *   glob still decides that.
 * - For a chat every prefix that is not a slug of the operator's own making is
 *   a vendor's, since OpenRouter's vendors and the built-in slugs share names.
 * - A rule that matches decides, even when none of its targets can do the task:
 *   what an operator wrote is not gone around.
 * - An endpoint that lists its own models serves those without a rule.
 */
export function resolveModel(
  name: string,
  operation: Operation,
  world: RoutingWorld,
): ResolveResult {
  const entry = world.catalog.find(name);
  const names = entry === undefined || entry.id === name ? [name] : [name, entry.id];
  const exact = world.rules.exact(names);
  const patterns = world.rules.patterns(names);
  const model = entry?.id ?? name;

  const named = exact[0];
  if (named !== undefined) {
    const shadowedRules = others([...exact, ...patterns], named);
    return resolved({ step: "exact_rule", model, name, entry, rule: named, shadowedRules });
  }
  if (!entry?.operations.includes(operation)) {
    const prefixed = resolvePrefix(name, operation, world, patterns);
    if (prefixed !== undefined) return prefixed;
  }
  const matched = patterns[0];
  if (matched !== undefined) {
    const shadowedRules = others(patterns, matched);
    return resolved({ step: "pattern_rule", model, name, entry, rule: matched, shadowedRules });
  }
  if (entry !== undefined || listedByEndpoint(name, world.fleet)) {
    return resolved({ step: "catalog", model, name, entry, shadowedRules: [] });
  }
  return { kind: "failed", error: unknownModel(name, operation, world) };
}

function resolved(meaning: ModelMeaning): ResolveResult {
  return { kind: "resolved", meaning };
}

function others(matches: readonly MatchedRule[], chosen: MatchedRule): readonly MatchedRule[] {
  return matches.filter(
    ({ rule }, index) =>
      rule !== chosen.rule && matches.findIndex((match) => match.rule === rule) === index,
  );
}

/** Reads a name as "slug/model" or as an OpenRouter id. Undefined when it is neither. */
function resolvePrefix(
  name: string,
  operation: Operation,
  world: RoutingWorld,
  shadowedRules: readonly MatchedRule[],
): ResolveResult | undefined {
  const prefix = splitPrefix(name);
  if (prefix === undefined) return undefined;
  const endpoint = world.fleet.get(prefix.slug);

  if (operation === "chat" && prefix.slug !== "openrouter" && !isOperatorsOwn(endpoint)) {
    const openRouter = world.fleet.get("openrouter");
    if (openRouter?.configured && openRouter.operations.includes("chat")) {
      const provider = "openrouter";
      return resolved({ step: "openrouter", model: name, name, provider, shadowedRules });
    }
  }
  if (!endpoint?.operations.includes(operation)) return undefined;
  if (!endpoint.configured) return { kind: "failed", error: notConfigured([endpoint.slug]) };
  const entry = world.catalog.find(prefix.rest);
  return resolved({
    step: "forced",
    model: entry?.id ?? prefix.rest,
    name: prefix.rest,
    entry,
    provider: endpoint.slug,
    shadowedRules,
  });
}

/** Whether the operator thought up the slug: then no vendor of OpenRouter's is meant by it. */
function isOperatorsOwn(endpoint: Endpoint | undefined): boolean {
  return (
    endpoint !== undefined &&
    (endpoint.provider.kind === "custom" || endpoint.slug !== endpoint.provider.type)
  );
}

function listedByEndpoint(name: string, fleet: Fleet): boolean {
  for (const endpoint of fleet.values()) {
    if (endpoint.models !== undefined && servesModel(endpoint, name)) return true;
  }
  return false;
}
