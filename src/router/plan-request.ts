import type { GatewayError } from "../domain/gateway-error.ts";
import type { GenerateRequest } from "../domain/generate-request.ts";
import type { Random } from "../domain/random.ts";
import { createSieve } from "./create-sieve.ts";
import { type GroupOrder, groupOrder } from "./group-order.ts";
import { hedgeFor } from "./hedge-for.ts";
import { listTargets } from "./list-targets.ts";
import type { Candidate, Plan } from "./plan.ts";
import { type Resolution, resolveModel } from "./resolve-model.ts";
import { emptyPlan, notConfigured, unknownProvider } from "./routing-errors.ts";
import type { RoutingWorld } from "./routing-world.ts";
import { siftByHealth, soonestBackFirst } from "./sift-by-health.ts";

/** A request's plan, or why there can be none. */
export type PlanResult =
  | { readonly kind: "planned"; readonly plan: Plan }
  | { readonly kind: "failed"; readonly error: GatewayError };

/** What a plan is made of beside the request. */
export interface PlanWorld extends RoutingWorld {
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
  const misnamed = checkProviders(request, world);
  if (misnamed !== undefined) return { kind: "failed", error: misnamed };

  const names = [request.model, ...request.fallbackModels];
  const resolutions: Resolution[] = [];
  for (const name of names) {
    const result = resolveModel(name, request.task.operation, world);
    if (result.kind === "failed") return result;
    resolutions.push(result.resolution);
  }
  const [primary] = resolutions;
  if (primary === undefined) throw new Error("A request names at least one model.");

  const sieve = createSieve(request, world);
  const able = resolutions.flatMap((resolution, modelIndex) => {
    const targets = listTargets(resolution, request.task.operation, routing.only, world);
    return targets.flatMap((target) => sieve.pass(target, resolution, modelIndex) ?? []);
  });
  const { skipped, fields } = sieve;
  if (able.length === 0) {
    const error = emptyPlan(primary.model, request.task.operation, skipped, fields);
    return { kind: "failed", error };
  }
  const sifted = siftByHealth(able, world.health);
  const ordered = resolutions.flatMap(({ rule }, modelIndex) => {
    const ofModel = sifted.candidates.filter((candidate) => candidate.modelIndex === modelIndex);
    const orderGroup = groupOrder(rule?.rule.strategy, routing.routingKey, world);
    return preferred(orderGroups(ofModel, orderGroup), routing.order);
  });
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
  { routing }: GenerateRequest,
  { fleet }: RoutingWorld,
): GatewayError | undefined {
  for (const slug of [...routing.only, ...routing.order]) {
    if (!fleet.has(slug)) return unknownProvider(slug, fleet);
  }
  if (routing.only.length === 0) return undefined;
  const callable = routing.only.some((slug) => fleet.get(slug)?.configured);
  return callable ? undefined : notConfigured(routing.only);
}

function orderGroups(candidates: readonly Candidate[], orderGroup: GroupOrder): Candidate[] {
  const priorities = [...new Set(candidates.map(({ priority }) => priority))];
  priorities.sort((left, right) => left - right);
  return priorities.flatMap((priority) => {
    return orderGroup(candidates.filter((candidate) => candidate.priority === priority));
  });
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
