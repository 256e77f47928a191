import { dirname, resolve } from "node:path";
import type { IdempotencyConfig } from "./config.ts";
import type { CrossProblem } from "./cross-problem.ts";
import type { CheckedIdempotency } from "./idempotency-schema.ts";

/** Makes the idempotency part of a configuration. A relative path starts from the folder of the file at `source`. */
export function idempotencyOf(section: CheckedIdempotency, source: string): IdempotencyConfig {
  const { store, path, lifetime: lifetimeMs, max_size: maxBytes } = section;
  return {
    store:
      path === undefined
        ? { kind: "memory", chosen: store !== undefined }
        : { kind: "sqlite", path: resolve(dirname(source), path) },
    lifetimeMs,
    maxBytes,
  };
}

/** Finds keys of the `idempotency` section that do not go together. */
export function idempotencyProblems(
  section: Readonly<Record<string, unknown>>,
): readonly CrossProblem[] {
  const { store, path } = section;
  if (store === "sqlite" && path === undefined) {
    const message = "has no path; expected one with sqlite";
    return [{ path: ["idempotency"], message, atKey: true }];
  }
  if (store === "memory" && path !== undefined) {
    const message = "does not apply here; expected it only with sqlite";
    return [{ path: ["idempotency", "path"], message, atKey: true }];
  }
  return [];
}
