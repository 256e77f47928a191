import { type Adjustment, noAdjustments } from "../domain/adjustment.ts";
import type { Failure } from "../domain/failure.ts";
import type { FieldViolation } from "../domain/gateway-error.ts";
import type { Task } from "../domain/task.ts";
import type { Candidate } from "../router/plan.ts";
import { atLimit, type LastWord } from "./describe-error.ts";
import type { Gate, GateCaller } from "./gate.ts";
import { estimateOf, type Walk } from "./walk.ts";

/** Whether a target can be tried now. */
export type TargetAdmission =
  | AdmittedTarget
  /** Another one may be. `why` is one sentence; `lastWord` says what it means when nobody else is. */
  | { readonly kind: "passed_over"; readonly why: string; readonly lastWord: LastWord }
  /** An image is of no use, whoever the provider is. */
  | { readonly kind: "unusable_input"; readonly violation: FieldViolation }
  /** Whoever wanted it has left, or time is up. */
  | { readonly kind: "ended" };

/** It can. Whoever is admitted leaves the gate when the attempt has ended. */
export interface AdmittedTarget {
  readonly kind: "admitted";
  /** The task in what the target takes, with its images prepared. */
  readonly task: Task;
  /** What was done to its images for that, as far as it is told. */
  readonly conversions: readonly Adjustment[];
  /** Undefined where there is none. */
  readonly gate: Gate | undefined;
}

/**
 * Does what comes before an attempt: keeps to the caller's limit of money, makes its
 * images what the target takes, and finds a place at the provider. With `patient` a
 * provider at its limit is waited for.
 */
export async function admitTarget(
  walk: Walk,
  candidate: Candidate,
  caller: GateCaller,
  patient: boolean,
): Promise<TargetAdmission> {
  if (!walk.spend.allows(estimateOf(walk, candidate))) {
    const why = "Its price would pass max_cost_micros.";
    return { kind: "passed_over", why, lastWord: { kind: "cost_limit" } };
  }
  let { task } = candidate.fit;
  let conversions = noAdjustments;
  if (candidate.fit.inputs !== undefined) {
    const prepared = await walk.inputs.prepare(candidate.fit);
    if (prepared.kind === "ended") return prepared;
    if (prepared.kind === "unusable") {
      return { kind: "unusable_input", violation: prepared.violation };
    }
    if (prepared.kind === "unsuitable") {
      const why = `${candidate.endpoint.slug} ${prepared.reason}.`;
      const failure: Failure = { class: "unsupported_here", delivery: "not_sent", message: why };
      const lastWord: LastWord = { kind: "failure", failure, candidate, ambiguous: false };
      return { kind: "passed_over", why, lastWord };
    }
    task = prepared.task;
    const provider = candidate.endpoint.slug;
    conversions = prepared.conversions.map((conversion) => ({ ...conversion, provider }));
  }
  const gate = walk.dependencies.gateOf?.(candidate.endpoint);
  const entry = gate && (await gate.enter(caller, patient));
  if (entry?.kind === "ended") return entry;
  if (entry?.kind === "refused") {
    const { retryAfterMs } = entry;
    const lastWord: LastWord = { kind: "at_limit", candidate, retryAfterMs };
    return { kind: "passed_over", why: atLimit(candidate), lastWord };
  }
  return { kind: "admitted", task, conversions, gate };
}
