import type { GatewayError } from "../domain/gateway-error.ts";
import type { GenerateRequest } from "../domain/generate-request.ts";
import type { Operation } from "../domain/operation.ts";
import type { Random } from "../domain/random.ts";
import { checkFaultOrder } from "./check-fault-order.ts";
import { createSieve } from "./create-sieve.ts";
import { findLineup, type LineupWorld } from "./find-lineup.ts";
import { type GroupOrder, groupOrder } from "./group-order.ts";
import { hedgeFor } from "./hedge-for.ts";
import type { Lineup } from "./lineup.ts";
import { wantedTarget } from "./name-targets.ts";
import type { Candidate, Plan, SkippedCandidate } from "./plan.ts";
import { type Prospect, prospectOf } from "./prospect.ts";
import { emptyPlan, notConfigured, unknownProvider } from "./routing-errors.ts";
import type { RoutingWorld } from "./routing-world.ts";
import { siftByHealth, soonestBackFirst } from "./sift-by-health.ts";

/** A request's plan, or why there can be none. */
export type PlanResult = { readonly kind: "planned"; readonly plan: Plan } | PlanFailure;

/** Why there is no plan, and who was passed over before nobody was left. */
export interface PlanFailure {
  readonly kind: "failed";
  readonly error: GatewayError;
  readonly skipped: readonly SkippedCandidate[];
}

/** What a plan is made of beside the request. */
export interface PlanWorld extends LineupWorld {
  /** Whether the result is streamed, for which targets are timed apart. Default false. */
  readonly streamed?: boolean | undefined;
}

/**
 * Plans a request: the targets of its model, then those of its fallback models,
 * by priority group, inside a group by the rule's strategy, or by the routing key
 * when there is one. `order` moves providers to the front of their model. Who
 * takes no traffic now is left out, unless that is everybody. Nobody is asked for
 * the same upstream model twice. A plan that is returned has at least one candidate.
 */
export function planRequest(
  request: GenerateRequest,
  world: PlanWorld & { readonly random: Random },
): PlanResult {
  return makePlan(request, world);
}

/**
 * Plans a request without chance, to be shown: where chance decides, the likeliest
 * order, ties as the rule has them. A routing key decides as it does in truth.
 */
export function explainRequest(request: GenerateRequest, world: PlanWorld): PlanResult {
  return makePlan(request, { ...world, random: undefined });
}

function makePlan(
  request: GenerateRequest,
  world: PlanWorld & { readonly random: Random | undefined },
): PlanResult {
  const { routing } = request;
  const misnamed = checkProviders(request, world) ?? checkFaultOrder(request, world.fleet);
  if (misnamed !== undefined) return { kind: "failed", error: misnamed, skipped: [] };

  const { operation } = request.task;
  const lineups: Lineup[] = [];
  for (const name of [request.model, ...request.fallbackModels]) {
    const result = findLineup(name, operation, world);
    if (result.kind === "failed") return { ...result, skipped: [] };
    lineups.push(result.lineup);
  }
  const primary = lineups[0]?.meaning;
  if (primary === undefined) throw new Error("A request names at least one model.");

  const sieve = createSieve(request, world);
  const able: Candidate[] = [];
  for (const [modelIndex, lineup] of lineups.entries()) {
    for (const prospect of withWanted(lineup, routing.only, operation, world)) {
      const candidate = sieve.pass(prospect, modelIndex);
      if (candidate !== undefined) able.push(candidate);
    }
  }
  const { skipped } = sieve;
  if (able.length === 0) {
    const error = emptyPlan(primary.model, operation, skipped, sieve.fields);
    return { kind: "failed", error, skipped };
  }
  const sifted = siftByHealth(able, world.health);
  const ordered: Candidate[] = [];
  for (const [modelIndex, { meaning }] of lineups.entries()) {
    const ofModel =
      lineups.length === 1
        ? sifted.candidates
        : sifted.candidates.filter((candidate) => candidate.modelIndex === modelIndex);
    const orderGroup = groupOrder(meaning.rule?.rule.strategy, routing.routingKey, world);
    ordered.push(...preferred(orderGroups(ofModel, orderGroup), routing.order));
  }
  const rule = primary.rule?.rule;
  const isAlone = primary.step === "forced" || routing.only.length === 1;
  const candidates = sifted.allOut ? soonestBackFirst(ordered) : ordered;
  return {
    kind: "planned",
    plan: {
      model: primary.model,
      resolution: primary.step,
      // Who names fallback models wants them tried, whoever serves the first.
      forced: isAlone && request.fallbackModels.length === 0,
      rule: primary.rule,
      shadowedRules: primary.shadowedRules,
      candidates,
      skipped: sifted.skipped.length === 0 ? skipped : [...skipped, ...sifted.skipped],
      onRefusal: routing.onRefusal ?? rule?.onRefusal ?? "stop",
      timeoutMs: rule?.timeoutMs,
      hedge: isAlone ? undefined : hedgeFor(rule?.hedge, request, candidates),
    },
  };
}

/** Whether the providers that a request names exist, and whether one that it insists on can be called. */
function checkProviders(
  { routing, providerOptions }: GenerateRequest,
  { fleet }: RoutingWorld,
): GatewayError | undefined {
  const { only, order } = routing;
  // Who is to be left out need not be there.
  for (const slugs of [only, order, Object.keys(providerOptions)]) {
    const unknown = slugs.find((slug) => !fleet.has(slug));
    if (unknown !== undefined) return unknownProvider(unknown, fleet);
  }
  if (only.length === 0) return undefined;
  const callable = only.some((slug) => fleet.get(slug)?.configured);
  return callable ? undefined : notConfigured(only);
}

/**
 * Those that a model's line-up has, or when a request asks for certain providers
 * (`only`) and none of them is in it, these before them.
 */
function withWanted(
  { meaning, prospects }: Lineup,
  only: readonly string[],
  operation: Operation,
  world: RoutingWorld,
): readonly Prospect[] {
  if (only.length === 0 || meaning.step === "forced") return prospects;
  if (prospects.some(({ target }) => only.includes(target.provider))) return prospects;
  const wanted = only.map((provider) => {
    const target = wantedTarget(provider, meaning, operation, world);
    return prospectOf(target, meaning, operation, world);
  });
  return [...wanted, ...prospects];
}

/** Puts each group in order, of candidates that are by priority already. */
function orderGroups(candidates: readonly Candidate[], orderGroup: GroupOrder): Candidate[] {
  const ordered: Candidate[] = [];
  let start = 0;
  for (let end = 1; end <= candidates.length; end++) {
    if (candidates[end]?.priority === candidates[start]?.priority) continue;
    ordered.push(...orderGroup(candidates.slice(start, end)));
    start = end;
  }
  return ordered;
}

/** The providers of `order` first and in its order, the others after them as they were. */
function preferred(candidates: Candidate[], order: readonly string[]): readonly Candidate[] {
  if (order.length === 0) return candidates;
  const place = ({ endpoint }: Candidate) => {
    const index = order.indexOf(endpoint.slug);
    return index === -1 ? order.length : index;
  };
  return candidates.sort((left, right) => place(left) - place(right));
}
