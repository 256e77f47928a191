import type { JsonObject } from "./json.ts";
import type { Task } from "./task.ts";

/** What a caller asks, with all defaults filled in. */
export interface GenerateRequest {
  readonly model: string;
  readonly fallbackModels: readonly string[];
  readonly task: Task;
  readonly routing: RoutingPreferences;
  /** Empty means none. */
  readonly idempotencyKey: string;
  readonly parameterMode: "adapt" | "strict";
  /** By provider slug; merged into that provider's body as it is. */
  readonly providerOptions: Readonly<Record<string, JsonObject>>;
  /** Empty means none. */
  readonly endUser: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A request's wishes and limits for its way. */
export interface RoutingPreferences {
  /** Empty means any. */
  readonly only: readonly string[];
  readonly exclude: readonly string[];
  readonly order: readonly string[];
  /** 1 to 32. */
  readonly maxAttempts: number;
  /** Millionths of a US dollar. Undefined means no limit. */
  readonly maxCostMicros?: number | undefined;
  /** Empty means none. */
  readonly routingKey: string;
  /** Undefined means the rule decides. */
  readonly onRefusal?: RefusalPolicy | undefined;
  readonly duplicateSpend: "allow" | "forbid";
}

/** What to do when a provider's safety system refuses. */
export type RefusalPolicy = "stop" | "next";

/** How many attempts a request may make when it does not say. */
export const defaultMaxAttempts = 4;
