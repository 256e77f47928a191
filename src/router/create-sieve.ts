import { noAdjustments } from "../domain/adjustment.ts";
import type { Cost } from "../domain/cost.ts";
import type { GenerateRequest } from "../domain/generate-request.ts";
import { estimateCost } from "./estimate-cost.ts";
import { fitTask } from "./fit-task.ts";
import type { Candidate, SkippedCandidate } from "./plan.ts";
import type { Prospect } from "./prospect.ts";
import type { RoutingWorld } from "./routing-world.ts";

/** Lets through the targets that can serve the request, and keeps why the others cannot. */
export interface Sieve {
  pass(prospect: Prospect, modelIndex: number): Candidate | undefined;
  readonly skipped: readonly SkippedCandidate[];
  /** The parameters that no target could honour. */
  readonly fields: readonly string[];
}

/**
 * Makes the sieve of one request. It asks, in this order: does the provider exist,
 * may it be asked, can it be called, can it do the task, is it cheap enough. A
 * target that was looked at before is passed over without a word.
 */
export function createSieve(
  request: GenerateRequest,
  { storesMedia }: Pick<RoutingWorld, "storesMedia">,
): Sieve {
  const { routing, task } = request;
  const fitOptions = { mode: request.parameterMode, storesMedia };
  const seen = new Set<string>();
  const skipped: SkippedCandidate[] = [];
  const fields: string[] = [];

  function skip(
    { target, model }: Prospect,
    cause: SkippedCandidate["cause"],
    reason: string,
    adjustments: SkippedCandidate["adjustments"] = noAdjustments,
  ): undefined {
    const sentence = `${target.provider} ${reason}.`;
    skipped.push({ ...target, model, cause, reason: sentence, adjustments });
  }

  function pass(prospect: Prospect, modelIndex: number): Candidate | undefined {
    const { target, model, endpoint, offer, healthSettings } = prospect;
    const { provider, upstreamModel, priority, weight } = target;
    if (seen.has(prospect.name)) return undefined;
    seen.add(prospect.name);

    if (endpoint === undefined) return skip(prospect, "unknown_provider", "does not exist");
    if (routing.exclude.includes(provider)) {
      return skip(prospect, "excluded", "is excluded by the request");
    }
    if (routing.only.length > 0 && !routing.only.includes(provider)) {
      return skip(prospect, "excluded", "is not among the providers that the request allows");
    }
    if (!endpoint.configured) return skip(prospect, "not_configured", "has no credentials here");
    const result = fitTask(task, prospect.ability, fitOptions);
    if (result.kind === "unsupported") {
      const { field, reason, adjustments } = result;
      if (field !== "task" && !fields.includes(field)) fields.push(field);
      return skip(prospect, "unsupported", reason, adjustments);
    }
    const { fit } = result;
    const cost = estimateCost(offer, fit.task);
    const unaffordable = whyOverLimit(cost, routing.maxCostMicros);
    if (unaffordable !== undefined) return skip(prospect, "cost", unaffordable, fit.adjustments);
    return {
      model,
      modelIndex,
      endpoint,
      upstreamModel,
      priority,
      weight,
      // As if it were alone in its group; the group's order knows better.
      probability: 1,
      fit,
      cost,
      healthSettings,
    };
  }
  return { pass, skipped, fields };
}

/** Why a cost is over a limit, as the end of a sentence. Undefined when it is not. */
function whyOverLimit(cost: Cost, limit: number | undefined): string | undefined {
  if (limit === undefined) return undefined;
  if (cost.basis === "unknown") return "has no known price, and the request limits its cost";
  if (cost.micros <= limit) return undefined;
  return `costs ${cost.micros} micros, and the request allows ${limit}`;
}
