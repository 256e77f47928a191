import type { HealthView } from "./health-view.ts";
import type { Outage } from "./outlook.ts";
import type { Candidate, SkippedCandidate } from "./plan.ts";

/** Candidates by their health. */
export interface Sifted {
  /** Those that are tried, as they were given. */
  readonly candidates: readonly Candidate[];
  readonly skipped: readonly SkippedCandidate[];
  /** Whether all of them are out, and tried all the same. */
  readonly allOut: boolean;
}

/**
 * Leaves out the candidates that take no traffic now. Of a group at most half are
 * kept out because they failed, though one always may: of those beyond that, the
 * ones that would be back first are tried all the same. When all candidates of all
 * groups are out, all are tried: a wrong opinion of the providers must not be an
 * outage of its own.
 */
export function siftByHealth(
  candidates: readonly Candidate[],
  health: HealthView | undefined,
): Sifted {
  if (health === undefined || health.quiet) {
    return { candidates, skipped: [], allOut: false };
  }
  const seen = candidates.map((candidate) => ({
    ...candidate,
    outlook: health.outlook(candidate),
  }));
  if (seen.every(({ outlook }) => outlook.out !== undefined)) {
    return { candidates: seen, skipped: [], allOut: true };
  }
  const spared = sparedOf(seen);
  const isKeptOut = (candidate: Candidate) =>
    candidate.outlook?.out !== undefined && !spared.has(candidate);
  return {
    candidates: seen.filter((candidate) => !isKeptOut(candidate)),
    skipped: seen.filter(isKeptOut).map(toSkipped),
    allOut: false,
  };
}

/** Of each model those first that would be back first, ties as they were. */
export function soonestBackFirst(candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.toSorted(
    (left, right) => left.modelIndex - right.modelIndex || leftMsOf(left) - leftMsOf(right),
  );
}

/** How many targets of a group may be kept out at a time because they failed. */
export function mostEjected(groupSize: number): number {
  return Math.max(1, Math.floor(groupSize / 2));
}

/** Why a candidate is passed over, in one sentence. */
export function describeOutage(
  { endpoint, upstreamModel }: Pick<Candidate, "endpoint" | "upstreamModel">,
  { cause, leftMs }: Outage,
): string {
  const { slug } = endpoint;
  const left = `${Math.ceil(leftMs / 1000)} s`;
  switch (cause) {
    case "ejected":
      return `${slug} failed too often and is ejected for another ${left}.`;
    case "probing":
      return `${slug} failed too often, and another request tests whether it is back.`;
    case "cooling_down":
      return `${slug} asked to be left alone and cools down for another ${left}.`;
    case "no_key":
      return `${slug} accepts no key or has no quota left, and is left alone for another ${left}.`;
    case "no_model":
      return `${slug} does not have ${upstreamModel}, and is not asked for it for another ${left}.`;
  }
}

/** The candidates that are out for their failures, and tried all the same since too many of their group are. */
function sparedOf(candidates: readonly Candidate[]): ReadonlySet<Candidate> {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const name = `${candidate.modelIndex} ${candidate.priority}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [candidate]);
    else group.push(candidate);
  }
  const spared = new Set<Candidate>();
  for (const group of groups.values()) {
    const ejected = group.filter(hasFailed).sort((a, b) => leftMsOf(a) - leftMsOf(b));
    const tooMany = ejected.length - mostEjected(group.length);
    for (const candidate of ejected.slice(0, Math.max(0, tooMany))) spared.add(candidate);
  }
  return spared;
}

function hasFailed({ outlook }: Candidate): boolean {
  return outlook?.out?.cause === "ejected" || outlook?.out?.cause === "probing";
}

function leftMsOf({ outlook }: Candidate): number {
  return outlook?.out?.leftMs ?? 0;
}

function toSkipped(candidate: Candidate): SkippedCandidate {
  const { model, endpoint, upstreamModel, priority, weight, outlook, fit } = candidate;
  if (outlook?.out === undefined) throw new Error("A candidate that is not out is not left out.");
  return {
    model,
    provider: endpoint.slug,
    upstreamModel,
    priority,
    weight,
    reason: describeOutage(candidate, outlook.out),
    cause: "unhealthy",
    health: outlook.state,
    adjustments: fit.adjustments,
  };
}
