import type { Failure } from "../domain/failure.ts";
import type { RefusalPolicy } from "../domain/generate-request.ts";
import type { Random } from "../domain/random.ts";
import { mayHaveBeenBilled } from "./attempt-cost.ts";
import { baseDelayMs, nextDelayMs } from "./backoff.ts";
import { endedFromThisSide } from "./ended-from-this-side.ts";
import { failureTable, isClosedToKey } from "./failure-table.ts";

/** Where a request stands after an attempt that did not give all that was asked. */
export interface Situation {
  readonly failure: Failure;
  /** How often this target was asked again already. */
  readonly retries: number;
  /** The wait before this attempt, in milliseconds. 0 when there was none. */
  readonly previousDelayMs: number;
  readonly attemptsLeft: number;
  /** Whether the provider has another key that is of use now and was not tried. */
  readonly hasOtherKey: boolean;
  /** Whether the target takes no traffic any more. */
  readonly isOut: boolean;
  /** Whether there is another target to go on to. */
  readonly hasNext: boolean;
  readonly timeLeftMs: number;
  /** Whether the attempt gave a part of what was asked. */
  readonly partial: boolean;
  /** Whether the caller got output that another attempt would make void, and did not allow that. */
  readonly committed: boolean;
  readonly onRefusal: RefusalPolicy;
  readonly duplicateSpend: "allow" | "forbid";
}

/** What happens now. */
export type Decision =
  | { readonly kind: "retry"; readonly delayMs: number }
  /** The same target, at once, with another key. */
  | { readonly kind: "next_key" }
  | { readonly kind: "next_target" }
  /** The process tries too much again already. */
  | { readonly kind: "budget_exhausted" }
  | {
      readonly kind: "stop";
      /** Whether it stops because the same work could be paid twice. */
      readonly ambiguous: boolean;
    };

/**
 * The longest Retry-After that is waited for, in milliseconds. Who must wait
 * longer is better told so.
 */
export const longestWaitForRetryMs = 5_000;

/**
 * Looks a failure up in the table and decides what happens now.
 *
 * Two choices the table leaves open: an overloaded target is waited for only when
 * there is no other one to go on to, since waiting is worse than moving on; and
 * missing images go to the next target first, to the same one only without it.
 * A target that gave some of them is not at fault, so that "once" does not hold
 * for it: it is asked for the rest as long as each attempt brings more.
 *
 * What a provider has against a key (its quota, its rate, the key itself), it may
 * not have against the next one, which is tried before another target.
 */
export function decideNext(situation: Situation, random: Random): Decision {
  const { failure } = situation;
  const rule = failureTable[failure.class];
  if (rule.nextTarget === "no") return stop;
  if (rule.nextTarget === "by_refusal_policy" && situation.onRefusal === "stop") return stop;
  if (situation.duplicateSpend === "forbid" && mayHaveBeenBilled(failure)) return stopAmbiguous;
  if (situation.committed || situation.attemptsLeft <= 0) return stop;

  const isOfKey =
    rule.health === "key_out" || rule.health === "cool_down" || isClosedToKey(failure);
  if (isOfKey && situation.hasOtherKey) return nextKey;
  const nextFirst =
    situation.partial || situation.isOut || rule.sameTarget === "when_retry_after_fits";
  if (situation.hasNext && nextFirst) return nextTarget;
  const delayMs = delayBeforeRetry(situation, random);
  if (delayMs !== undefined && delayMs < situation.timeLeftMs) return { kind: "retry", delayMs };
  return situation.hasNext ? nextTarget : stop;
}

/** Whether a failure judges the request itself, so that nobody else is asked. */
export function isVerdict({ class: name }: Failure, onRefusal: RefusalPolicy): boolean {
  const { nextTarget } = failureTable[name];
  if (nextTarget === "by_refusal_policy") return onRefusal === "stop";
  return nextTarget === "no" && !endedFromThisSide(name);
}

const stop: Decision = { kind: "stop", ambiguous: false };
const stopAmbiguous: Decision = { kind: "stop", ambiguous: true };
const nextKey: Decision = { kind: "next_key" };
const nextTarget: Decision = { kind: "next_target" };

/** Undefined means that the same target is not asked again. */
function delayBeforeRetry(situation: Situation, random: Random): number | undefined {
  const { failure, previousDelayMs } = situation;
  if (failure.permanent === true) return undefined;
  const isFirst = situation.retries === 0 || situation.partial;
  switch (failureTable[failure.class].sameTarget) {
    case "never":
      return undefined;
    case "once_at_once":
      return isFirst ? 0 : undefined;
    case "once_with_jitter":
      return isFirst ? nextDelayMs(previousDelayMs, random) : undefined;
    case "when_retry_after_fits": {
      const { retryAfterMs } = failure;
      if (retryAfterMs === undefined || retryAfterMs > longestWaitForRetryMs) return undefined;
      // Not all who were sent away shall come back in the same instant.
      return retryAfterMs + random() * baseDelayMs;
    }
  }
}
