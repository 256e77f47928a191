import type { RefusalPolicy } from "./generate-request.ts";
import type { HealthSettings } from "./health.ts";
import type { Hedge } from "./hedge.ts";

/**
 * How the targets of a priority group are put in order.
 *
 * - `weighted`: by chance and weight
 * - `fastest`: who answers soonest, of two that are drawn by weight
 * - `cheapest`: who asks least for this very request
 */
export type Strategy = (typeof strategies)[number];

/** Every strategy, the default first. */
export const strategies = ["weighted", "fastest", "cheapest"] as const;

/** One rule of the configuration: which targets serve the models that its patterns match. */
export interface Rule {
  /** Its place in the file, from 0. */
  readonly index: number;
  /** Its line in the file. 0 when it did not come from a file. */
  readonly line: number;
  /** Globs by picomatch; a pattern without glob characters matches that name only. */
  readonly models: readonly string[];
  /** The deadline of a request that brings none, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  readonly onRefusal?: RefusalPolicy | undefined;
  /** Default: weighted. */
  readonly strategy?: Strategy | undefined;
  /** When a second attempt starts beside a first one that is slow. Undefined means never. */
  readonly hedge?: Hedge | undefined;
  readonly targets: readonly RuleTarget[];
  /** What differs from the providers' settings for when its targets are ejected. */
  readonly health?: Partial<HealthSettings> | undefined;
}

/** One target of a rule. */
export interface RuleTarget {
  /** The provider's slug. */
  readonly provider: string;
  /** 0 first. */
  readonly priority: number;
  /** A share of the sum of its group. 0 takes no first traffic. */
  readonly weight: number;
  /** The name by which the provider knows the model. Undefined: the catalogue's, else the caller's. */
  readonly model?: string | undefined;
}
