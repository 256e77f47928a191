import type { Adjustment } from "../domain/adjustment.ts";
import type { FileLimits } from "../domain/capabilities.ts";
import type { Cost } from "../domain/cost.ts";
import type { Finish } from "../domain/finish.ts";
import type { RefusalPolicy } from "../domain/generate-request.ts";
import type { HealthSettings, HealthState } from "../domain/health.ts";
import type { Hedge } from "../domain/hedge.ts";
import type { Rule } from "../domain/rule.ts";
import type { MaskPolarity, Task } from "../domain/task.ts";
import type { Endpoint } from "../providers/endpoint.ts";
import type { Outlook } from "./outlook.ts";

/**
 * What will be done for a request: who is asked and in which order, and why
 * others are not. It is a value: Route returns it, Generate walks it.
 */
export interface Plan {
  /** The model as it was resolved: the catalogue id where there is one. */
  readonly model: string;
  readonly resolution: ResolutionStep;
  /** Whether a single provider is asked for by name: then its failure is the answer. */
  readonly forced: boolean;
  readonly rule?: MatchedRule | undefined;
  readonly shadowedRules: readonly MatchedRule[];
  /** In the order in which they are tried. */
  readonly candidates: readonly Candidate[];
  readonly skipped: readonly SkippedCandidate[];
  /** What to do when a provider refuses the content. */
  readonly onRefusal: RefusalPolicy;
  /** The request's time when its caller sets no deadline, in milliseconds. Undefined means the default. */
  readonly timeoutMs?: number | undefined;
  /** When a second attempt starts beside a first one that is slow. Undefined means never. */
  readonly hedge?: Hedge | undefined;
}

/** Which of the contract's five ways a model's name was understood by. */
export type ResolutionStep = "exact_rule" | "forced" | "openrouter" | "pattern_rule" | "catalog";

/** A rule and the pattern of it that matched. */
export interface MatchedRule {
  readonly rule: Rule;
  readonly pattern: string;
}

/** A target that can serve the request. */
export interface Candidate {
  /** The model it serves: the catalogue id, or the name that the caller gave. */
  readonly model: string;
  /** 0 for the request's model, from 1 for its fallback models. */
  readonly modelIndex: number;
  readonly endpoint: Endpoint;
  readonly upstreamModel: string;
  readonly priority: number;
  readonly weight: number;
  /** The chance that it is the first of its group, 0 to 1. */
  readonly probability: number;
  /** How it got its place in its group. Undefined: by chance and weight. */
  readonly choice?: Choice | undefined;
  readonly fit: Fit;
  /** What the whole task costs here. */
  readonly cost: Cost;
  /** When it is ejected. Undefined means the defaults. */
  readonly healthSettings?: HealthSettings | undefined;
  /** How it did when the plan was made. Undefined when nothing was amiss anywhere. */
  readonly outlook?: Outlook | undefined;
}

/** How a candidate got its place in its priority group, other than by chance and weight. */
export type Choice =
  /** By the request's routing key. */
  | { readonly strategy: "routing_key" }
  | {
      readonly strategy: "fastest";
      /** How fast it was when it was last seen, in milliseconds. Undefined when it never answered. */
      readonly latencyMs: number | undefined;
      /** How many attempts run there. */
      readonly inFlight: number;
      /** What is compared, in milliseconds: the least is the best. */
      readonly scoreMs: number;
    }
  | {
      readonly strategy: "cheapest";
      /** What is compared: the least is the best, and unknown is the worst. */
      readonly price: Cost;
    };

/** A target that was left out. */
export interface SkippedCandidate {
  readonly model: string;
  readonly provider: string;
  readonly upstreamModel: string;
  readonly priority: number;
  readonly weight: number;
  /** Why, in one sentence. */
  readonly reason: string;
  readonly cause:
    | "not_configured"
    | "unsupported"
    | "excluded"
    | "cost"
    | "unknown_provider"
    | "unhealthy";
  /** With the cause "unhealthy": how it does. */
  readonly health?: HealthState | undefined;
  readonly adjustments: readonly Adjustment[];
}

/** How a task suits a target: what is sent, and what is done to the result. */
export interface Fit {
  /** The task in what the target can do. `options.count` is still the whole count. */
  readonly task: Task;
  /** The most images of one call. 1 for a chat. */
  readonly maxCountPerCall: number;
  readonly adjustments: readonly Adjustment[];
  /** What to make of the images. */
  readonly finish: Finish;
  /** What the caller's images need first. Undefined when the task brings none. */
  readonly inputs?: InputNeeds | undefined;
}

/** What is done to the images that a caller supplies before a target takes them. */
export interface InputNeeds {
  /** Whether addresses are fetched, since the target takes bytes only. */
  readonly fetch: boolean;
  /** Which files the images may be. Undefined means any. */
  readonly file?: FileLimits | undefined;
  /** How the target reads a mask. Undefined when the task has none. */
  readonly mask?: MaskPolarity | undefined;
  /** Which file the mask may be. Undefined means any. */
  readonly maskFile?: FileLimits | undefined;
  /** The most bytes of all images, the mask of an edit among them. Undefined means that nobody counts. */
  readonly maxBytes?: number | undefined;
}
