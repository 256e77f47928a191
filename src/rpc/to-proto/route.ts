import { create } from "@bufbuild/protobuf";
import { CostEstimateSchema } from "../../../gen/spillway/v1/cost_pb.ts";
import {
  type RouteResponse,
  RouteResponseSchema,
} from "../../../gen/spillway/v1/gateway_service_pb.ts";
import {
  CandidateSchema,
  ChoiceSchema,
  type Candidate as ProtoCandidate,
  type Choice as ProtoChoice,
  type Rule as ProtoRule,
  RuleSchema,
} from "../../../gen/spillway/v1/route_pb.ts";
import type { ProviderView, RouteResult } from "../../gateway/gateway.ts";
import type { Candidate, Choice, MatchedRule, SkippedCandidate } from "../../router/plan.ts";
import { healthState, resolutionStep, strategy } from "../enum-tables.ts";
import { adjustmentToProto } from "./adjustment.ts";
import { costToProto } from "./cost.ts";
import { hedgeToProto } from "./hedge.ts";
import { durationToProto } from "./time.ts";

/** A plan with its price. */
export type Planned = Extract<RouteResult, { readonly kind: "planned" }>;

/** How a provider does, by its slug. */
export type HealthOf = (provider: string) => ProviderView["health"];

/** Writes what would happen to a request. */
export function routeToProto(
  { plan, estimate, hedgeDelayMs }: Planned,
  health: HealthOf,
  configVersion: string,
): RouteResponse {
  const message = create(RouteResponseSchema, {
    model: plan.model,
    forced: plan.forced,
    shadowedRules: plan.shadowedRules.map(ruleToProto),
    candidates: plan.candidates.map((candidate) => candidateToProto(candidate, health)),
    skipped: plan.skipped.map((skipped) => skippedToProto(skipped, health)),
    estimate: create(CostEstimateSchema, {
      best: costToProto(estimate.best),
      worst: costToProto(estimate.worst),
    }),
    resolution: resolutionStep[plan.resolution],
    configVersion,
  });
  if (plan.rule !== undefined) message.matchedRule = ruleToProto(plan.rule);
  if (plan.hedge !== undefined) message.hedge = hedgeToProto(plan.hedge, hedgeDelayMs);
  return message;
}

function ruleToProto({ rule, pattern }: MatchedRule): ProtoRule {
  return create(RuleSchema, {
    index: rule.index,
    models: [...rule.models],
    matchedPattern: pattern,
    line: rule.line,
    strategy: strategy[rule.strategy ?? "weighted"],
  });
}

function candidateToProto(candidate: Candidate, health: HealthOf): ProtoCandidate {
  return create(CandidateSchema, {
    model: candidate.model,
    provider: candidate.endpoint.slug,
    upstreamModel: candidate.upstreamModel,
    priority: candidate.priority,
    weight: candidate.weight,
    probability: candidate.probability,
    health: healthState[candidate.outlook?.state ?? health(candidate.endpoint.slug)],
    adjustments: candidate.fit.adjustments.map(adjustmentToProto),
    cost: costToProto(candidate.cost),
    choice: choiceToProto(candidate.choice),
  });
}

function choiceToProto(choice: Choice | undefined): ProtoChoice {
  const message = create(ChoiceSchema, { strategy: strategy[choice?.strategy ?? "weighted"] });
  if (choice?.strategy === "cheapest") message.price = costToProto(choice.price);
  if (choice?.strategy === "fastest") {
    message.inFlight = choice.inFlight;
    if (choice.latencyMs !== undefined) {
      message.latency = durationToProto(choice.latencyMs);
      message.score = durationToProto(choice.scoreMs);
    }
  }
  return message;
}

function skippedToProto(skipped: SkippedCandidate, health: HealthOf): ProtoCandidate {
  return create(CandidateSchema, {
    model: skipped.model,
    provider: skipped.provider,
    upstreamModel: skipped.upstreamModel,
    priority: skipped.priority,
    weight: skipped.weight,
    health: healthState[skipped.health ?? health(skipped.provider)],
    adjustments: skipped.adjustments.map(adjustmentToProto),
    skipReason: skipped.reason,
  });
}
