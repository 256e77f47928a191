import type { GatewayError } from "../domain/gateway-error.ts";
import type { GenerateRequest } from "../domain/generate-request.ts";
import type { Random } from "../domain/random.ts";
import { createSieve, targetName } from "./create-sieve.ts";
import { listTargets } from "./list-targets.ts";
import type { Candidate, Plan } from "./plan.ts";
import { rendezvousOrder } from "./rendezvous-order.ts";
import { type Resolution, resolveModel } from "./resolve-model.ts";
import { emptyPlan, notConfigured, unknownProvider } from "./routing-errors.ts";
import type { RoutingWorld } from "./routing-world.ts";
import { siftByHealth, soonestBackFirst } from "./sift-by-health.ts";
import { shares, weightedOrder } from "./weighted-order.ts";

/** A request's plan, or why there can be none. */
export type PlanResult =
  | { readonly kind: "planned"; readonly plan: Plan }
  | { readonly kind: "failed"; readonly error: GatewayError };

/**
 * Plans a request: the targets of its model, then those of its fallback models,
 * by priority group, inside a group by chance and weight, or by the routing key
 * when there is one. `order` moves providers to the front of their model. Who
 * takes no traffic now is left out, unless that is everybody. Nobody is asked for the same upstream model twice. A plan that is returned has at
 * least one candidate.
 */
export function planRequest(
  request: GenerateRequest,
  world: RoutingWorld & { readonly random: Random },
): PlanResult {
  return makePlan(request, world, (group) => weightedOrder(group, world.random, weightNow));
}

/**
 * Plans a request without chance, to be shown: inside a group the heaviest comes
 * first, ties as the rule has them, and a routing key decides as it does in truth.
 */
export function explainRequest(request: GenerateRequest, world: RoutingWorld): PlanResult {
  return makePlan(request, world, (group) =>
    [...group].sort((left, right) => weightNow(right) - weightNow(left)),
  );
}

type GroupOrder = (group: readonly Candidate[]) => readonly Candidate[];

function makePlan(
  request: GenerateRequest,
  world: RoutingWorld,
  orderByWeight: GroupOrder,
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

  const orderGroup: GroupOrder =
    routing.routingKey === ""
      ? orderByWeight
      : (group) =>
          rendezvousOrder(group, routing.routingKey, (candidate) =>
            targetName(candidate.endpoint.slug, candidate.upstreamModel),
          );
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
  const ordered = resolutions.flatMap((_, modelIndex) => {
    const ofModel = sifted.candidates.filter((candidate) => candidate.modelIndex === modelIndex);
    return preferred(orderGroups(ofModel, orderGroup), routing.order);
  });
  const rule = primary.rule?.rule;
  const isAlone = primary.step === "forced" || routing.only.length === 1;
  return {
    kind: "planned",
    plan: {
      model: primary.model,
      resolution: primary.step,
      // Who names fallback models wants them tried, whoever serves the first.
      forced: isAlone && request.fallbackModels.length === 0,
      rule: primary.rule,
      shadowedRules: primary.shadowedRules,
      candidates: sifted.allOut ? soonestBackFirst(ordered) : ordered,
      skipped: sifted.skipped.length === 0 ? skipped : [...skipped, ...sifted.skipped],
      onRefusal: routing.onRefusal ?? rule?.onRefusal ?? "stop",
      timeoutMs: rule?.timeoutMs,
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
    const group = candidates.filter((candidate) => candidate.priority === priority);
    const share = shares(group, weightNow);
    return orderGroup(
      group.map((candidate, index) => ({ ...candidate, probability: share[index] ?? 0 })),
    );
  });
}

/** A target that has just come back gets less than its weight at first. */
function weightNow({ weight, outlook }: Candidate): number {
  return outlook === undefined ? weight : weight * outlook.weightFactor;
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
