import type { Catalog } from "../domain/model.ts";
import type { Fleet } from "../providers/endpoint.ts";
import type { CompiledRules } from "./compile-rules.ts";
import type { HealthView } from "./health-view.ts";
import type { LatencyView } from "./latency-view.ts";

/** What routing is decided on. All of it but health and latency is fixed while a configuration lasts. */
export interface RoutingWorld {
  readonly rules: CompiledRules;
  readonly fleet: Fleet;
  readonly catalog: Catalog;
  /** Whether Spillway has a place for files, from which they can be linked to. Default false. */
  readonly storesMedia?: boolean | undefined;
  /** How targets do, asked anew for each plan. Undefined: all are well. */
  readonly health?: HealthView | undefined;
  /** How fast targets are, asked anew for each plan. Undefined: nothing is known. */
  readonly latency?: LatencyView | undefined;
}
