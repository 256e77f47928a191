import type { OutageCause } from "../../domain/health.ts";
import type { Secret } from "../../domain/secret.ts";
import type { Outlook } from "../../router/outlook.ts";
import type { Candidate } from "../../router/plan.ts";
import type { ProviderHealth } from "./provider-health.ts";

/** How a target does with one key. */
export function outlookOf(
  provider: ProviderHealth,
  { upstreamModel, fit }: Candidate,
  key: Secret | undefined,
  now: number,
): Outlook {
  const fingerprint = fingerprintOf(key);
  const keyMs = provider.keyLeftMs(fingerprint, now);
  if (keyMs > 0) return outOf("no_key", keyMs);
  const target = provider.find(upstreamModel, fit.task.operation, fingerprint);
  if (target === undefined) return untouched;
  const state = target.stateAt(now);
  if (target.isOpenAt(now)) return { state, weightFactor: target.factorAt(now) };
  const cause = state === "cooling_down" || state === "probing" ? state : "ejected";
  return outOf(cause, target.leftMs(now));
}

/** How a target does with any key: as well as with the best. */
export function bestOutlookOf(
  provider: ProviderHealth,
  candidate: Candidate,
  now: number,
): Outlook {
  const goneMs = provider.modelLeftMs(candidate.upstreamModel, now);
  if (goneMs > 0) return outOf("no_model", goneMs);
  let least: Outlook | undefined;
  for (const key of keysOf(candidate)) {
    const outlook = outlookOf(provider, candidate, key, now);
    if (outlook.out === undefined) return outlook;
    if (least?.out === undefined || outlook.out.leftMs < least.out.leftMs) least = outlook;
  }
  return least ?? untouched;
}

/** How a target does that was never asked. */
export const untouched: Outlook = { state: "healthy", weightFactor: 1 };

/** The name of a key, empty for a provider that wants none. */
export function fingerprintOf(key: Secret | undefined): string {
  return key?.fingerprint ?? "";
}

const noKeys: readonly undefined[] = [undefined];

/** The keys of a provider, or the one way to ask a provider that wants none. */
function keysOf({ endpoint }: Candidate): readonly (Secret | undefined)[] {
  return endpoint.keys.length === 0 ? noKeys : endpoint.keys;
}

function outOf(cause: OutageCause, leftMs: number): Outlook {
  const state = cause === "cooling_down" || cause === "probing" ? cause : "ejected";
  return { state, out: { cause, leftMs }, weightFactor: 1 };
}
