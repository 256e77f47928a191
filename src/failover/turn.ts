import type { Secret } from "../domain/secret.ts";
import type { Candidate } from "../router/plan.ts";
import type { Decision } from "./decide-next.ts";

/** What is tried now. */
export interface Turn {
  readonly candidate: Candidate;
  /** How often it was asked again already, with one key. */
  readonly retries: number;
  /** The wait before it, in milliseconds. */
  readonly delayMs: number;
  /** The keys that it was tried with. */
  readonly triedKeys: readonly Secret[];
  /** The key that it is asked again with. Undefined: one is chosen. */
  readonly key?: Secret | undefined;
}

/** A candidate's first turn. */
export function firstTurn(candidate: Candidate | undefined): Turn | undefined {
  return candidate && { candidate, retries: 0, delayMs: 0, triedKeys: noKeys };
}

/** What is tried after a turn with this key, by what was decided then. Undefined when it was the last. */
export function turnAfter(
  turn: Turn,
  key: Secret | undefined,
  decision: Decision,
  next: Turn | undefined,
): Turn | undefined {
  switch (decision.kind) {
    case "stop":
    case "budget_exhausted":
      return undefined;
    case "next_target":
      return next;
    case "next_key":
      return {
        ...turn,
        retries: 0,
        delayMs: 0,
        triedKeys: withKey(turn.triedKeys, key),
        key: undefined,
      };
    case "retry":
      return { ...turn, retries: turn.retries + 1, delayMs: decision.delayMs, key };
  }
}

const noKeys: readonly Secret[] = [];

/** Adds a key to those that were tried. */
export function withKey(tried: readonly Secret[], key: Secret | undefined): readonly Secret[] {
  return key === undefined ? tried : [...tried, key];
}
