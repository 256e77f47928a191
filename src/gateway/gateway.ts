import type { Cost } from "../domain/cost.ts";
import type { GatewayError } from "../domain/gateway-error.ts";
import type { GenerateRequest } from "../domain/generate-request.ts";
import type { GenerateResult } from "../domain/generate-result.ts";
import type { HealthState } from "../domain/health.ts";
import type { Catalog } from "../domain/model.ts";
import type { RequestObserver } from "../domain/observer.ts";
import type { StreamOptions } from "../domain/stream-options.ts";
import type { Endpoint } from "../providers/endpoint.ts";
import type { Plan } from "../router/plan.ts";

/** What the gateway does, whatever the protocol it is asked over. */
export interface Gateway {
  /** Does a task and fails over as needed. Rejects only for a bug. */
  generate(request: GenerateRequest, call: GatewayCall): Promise<GenerateResult>;
  /** Explains and prices what `generate` would do, streamed or not. Sends nothing. */
  route(request: GenerateRequest, call: { readonly streamed: boolean }): RouteResult;
  /** The fleet: built-in providers first, each with what was seen of it lately. */
  providers(): readonly ProviderView[];
  readonly catalog: Catalog;
  /** The endpoint with this slug, configured or not. */
  endpoint(slug: string): Endpoint | undefined;
  readonly configVersion: string;
}

/** How a request is asked: by whom it can be ended, and who is told of it. */
export interface GatewayCall {
  readonly requestId: string;
  /** The name of who calls. Undefined where everybody may. */
  readonly caller?: string | undefined;
  /** Aborted when the caller leaves. */
  readonly signal: AbortSignal;
  /** When the caller's time is up, on the clock's monotonic scale. Undefined when it set no deadline. */
  readonly deadlineAt?: number | undefined;
  /** When the request arrived, on the clock's monotonic scale. */
  readonly arrivedAt: number;
  readonly observer: RequestObserver;
  /** Undefined for a unary request. */
  readonly stream?: StreamOptions | undefined;
}

/** What would happen to a request. */
export type RouteResult =
  | {
      readonly kind: "planned";
      readonly plan: Plan;
      readonly estimate: { readonly best: Cost; readonly worst: Cost };
      /** How long the first target has alone, where the plan has a hedge. Undefined while that is not known. */
      readonly hedgeDelayMs?: number | undefined;
    }
  | { readonly kind: "failed"; readonly error: GatewayError };

/** A provider and what was seen of it lately. */
export interface ProviderView {
  readonly endpoint: Endpoint;
  readonly health: HealthState;
  /** The median of its successful attempts. Undefined when there were none. */
  readonly latencyMs?: number | undefined;
  /** 0 to 1. Undefined when there were no attempts. */
  readonly successRate?: number | undefined;
}
