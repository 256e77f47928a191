import type { HealthChange } from "../../domain/health-change.ts";
import type { ProviderHealth } from "./provider-health.ts";
import type { TargetHealth } from "./target-health.ts";

/** What a change that was learned of elsewhere has done here. */
export interface Learned {
  readonly ejected?: TargetHealth | undefined;
  readonly returned?: TargetHealth | undefined;
  /** How long the provider is not as it was, in milliseconds. */
  readonly uneasyMs: number;
}

/**
 * Does to a provider's targets here what happened to them in another process. An
 * ejection holds a little longer here than there, so that one process probes and
 * the others hear of it; when that one is gone, another does.
 */
export function learnChange(provider: ProviderHealth, change: HealthChange, now: number): Learned {
  const { upstreamModel, operation, key = "" } = change;
  const open = (): TargetHealth => provider.open(upstreamModel, operation, key);
  if (change.kind === "back") {
    const returned = open();
    const isNew = returned.comeBack(now, change.slowStartMs);
    provider.regain(upstreamModel, key, now, now);
    return { returned, uneasyMs: isNew ? change.slowStartMs : 0 };
  }
  const { cause, forMs: uneasyMs, ejection = 1 } = change;
  switch (cause) {
    case "ejected": {
      const ejected = open();
      ejected.ejectFor(now, uneasyMs + probeElsewhereMs, ejection);
      return { ejected, uneasyMs: 0 };
    }
    case "probing":
      return { uneasyMs: 0 };
    case "cooling_down":
      return { uneasyMs: open().coolDown(now, uneasyMs) };
    case "no_key":
      return { uneasyMs: provider.loseKey(key, now, uneasyMs) };
    case "no_model":
      return { uneasyMs: provider.loseModel(upstreamModel, now, uneasyMs) };
  }
}

/** How much longer than there an ejection holds here, in milliseconds. */
const probeElsewhereMs = 2_000;
