import type { Catalog } from "../domain/model.ts";
import type { Fleet } from "../providers/endpoint.ts";
import type { CompiledRules } from "./compile-rules.ts";

/** What routing is decided on. All of it is fixed while a configuration lasts. */
export interface RoutingWorld {
  readonly rules: CompiledRules;
  readonly fleet: Fleet;
  readonly catalog: Catalog;
  /** Whether Spillway has a place for files, from which they can be linked to. Default false. */
  readonly storesMedia?: boolean | undefined;
}
