import type { Endpoint } from "../providers/endpoint.ts";
import { compilePattern } from "./model-pattern.ts";

/**
 * Tells whether an endpoint may be asked for a model: it lists no models, or one
 * of its globs matches the name by which it knows the model.
 */
export function servesModel(endpoint: Endpoint, upstreamModel: string): boolean {
  if (endpoint.models === undefined) return true;
  return matchersOf(endpoint.models).some((matches) => matches(upstreamModel));
}

// Globs are compiled once for each configuration: an endpoint's list never changes.
const compiled = new WeakMap<readonly string[], readonly ((name: string) => boolean)[]>();

function matchersOf(patterns: readonly string[]): readonly ((name: string) => boolean)[] {
  let matchers = compiled.get(patterns);
  if (matchers === undefined) {
    matchers = patterns.map(compilePattern);
    compiled.set(patterns, matchers);
  }
  return matchers;
}
