import type { Cost } from "../domain/cost.ts";
import type { GenerateRequest } from "../domain/generate-request.ts";
import { mergeHealth } from "../domain/health.ts";
import { estimateCost } from "./estimate-cost.ts";
import { fitTask } from "./fit-task.ts";
import type { Target } from "./list-targets.ts";
import type { Candidate, SkippedCandidate } from "./plan.ts";
import type { Resolution } from "./resolve-model.ts";
import type { RoutingWorld } from "./routing-world.ts";

/** Lets through the targets that can serve the request, and keeps why the others cannot. */
export interface Sieve {
  pass(target: Target, resolution: Resolution, modelIndex: number): Candidate | undefined;
  readonly skipped: readonly SkippedCandidate[];
  /** The parameters that no target could honour. */
  readonly fields: readonly string[];
}

/**
 * Makes the sieve of one request. It asks, in this order: does the provider exist,
 * may it be asked, can it be called, can it do the task, is it cheap enough. A
 * target that was looked at before is passed over without a word.
 */
export function createSieve(request: GenerateRequest, world: RoutingWorld): Sieve {
  const { routing, task } = request;
  const fitOptions = { mode: request.parameterMode, storesMedia: world.storesMedia };
  const seen = new Set<string>();
  const skipped: SkippedCandidate[] = [];
  const fields = new Set<string>();

  function pass(target: Target, resolution: Resolution, modelIndex: number) {
    const { provider, upstreamModel, priority, weight } = target;
    const { model } = resolution;
    const skip = (
      cause: SkippedCandidate["cause"],
      reason: string,
      adjustments: SkippedCandidate["adjustments"] = [],
    ) => {
      skipped.push({ ...target, model, cause, reason: `${provider} ${reason}.`, adjustments });
      return undefined;
    };
    const identity = targetName(target.provider, target.upstreamModel);
    if (seen.has(identity)) return undefined;
    seen.add(identity);

    const endpoint = world.fleet.get(provider);
    if (endpoint === undefined) return skip("unknown_provider", "does not exist");
    if (routing.exclude.includes(provider)) return skip("excluded", "is excluded by the request");
    if (routing.only.length > 0 && !routing.only.includes(provider)) {
      return skip("excluded", "is not among the providers that the request allows");
    }
    if (!endpoint.configured) return skip("not_configured", "has no credentials here");
    const offer = world.catalog.findOffer(provider, upstreamModel);
    if (resolution.step === "catalog" && offer && !offer.operations.includes(task.operation)) {
      return skip("unsupported", `does not offer ${upstreamModel} for ${task.operation}`);
    }
    const result = fitTask(task, endpoint, upstreamModel, {
      ...fitOptions,
      limits: offer?.limits,
    });
    if (result.kind === "unsupported") {
      if (result.field !== "task") fields.add(result.field);
      return skip("unsupported", result.reason, result.adjustments);
    }
    const { fit } = result;
    const cost = estimateCost(offer, fit.task);
    const unaffordable = passesLimit(cost, routing.maxCostMicros);
    if (unaffordable !== undefined) return skip("cost", unaffordable, fit.adjustments);
    return {
      model,
      modelIndex,
      endpoint,
      upstreamModel,
      priority,
      weight,
      probability: 0,
      fit,
      cost,
      healthSettings: mergeHealth(endpoint.health, resolution.rule?.rule.health),
    };
  }
  return {
    pass,
    skipped,
    get fields() {
      return [...fields];
    },
  };
}

/** What tells two targets apart. */
export function targetName(provider: string, upstreamModel: string): string {
  return `${provider}\0${upstreamModel}`;
}

/** Why a cost is over a limit, as the end of a sentence. Undefined when it is not. */
function passesLimit(cost: Cost, limit: number | undefined): string | undefined {
  if (limit === undefined) return undefined;
  if (cost.basis === "unknown") return "has no known price, and the request limits its cost";
  if (cost.micros <= limit) return undefined;
  return `costs ${cost.micros} micros, and the request allows ${limit}`;
}
