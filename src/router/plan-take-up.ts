import type { GenerateRequest } from "../domain/generate-request.ts";
import type { JobTicket } from "../domain/job-ticket.ts";
import { createSieve } from "./create-sieve.ts";
import { findLineup, type LineupWorld } from "./find-lineup.ts";
import type { Candidate, Plan } from "./plan.ts";
import { prospectOf } from "./prospect.ts";

/**
 * Plans to fetch what was bought for a request before: its candidates are the targets
 * that the tickets name, as far as they can still be asked. What routing says of them
 * now does not count, since nothing is chosen any more; the time is the route's.
 */
export function planTakeUp(
  request: GenerateRequest,
  tickets: readonly JobTicket[],
  world: LineupWorld,
): Plan {
  const { routing } = request;
  const unlimited = { ...routing, only: [], exclude: [], maxCostMicros: undefined };
  const sieve = createSieve({ ...request, routing: unlimited }, world);
  const candidates = tickets.flatMap(({ attempt }): Candidate[] => {
    const { provider, upstreamModel, model, priority, weight } = attempt;
    const target = { provider, upstreamModel, priority, weight };
    const meaning = { step: "forced", model, name: upstreamModel, shadowedRules: [] } as const;
    const prospect = prospectOf(target, meaning, request.task.operation, world);
    const candidate = sieve.pass(prospect, 0);
    return candidate === undefined ? [] : [candidate];
  });
  const found = findLineup(request.model, request.task.operation, world);
  return {
    model: tickets[0]?.attempt.model ?? request.model,
    resolution: "forced",
    forced: true,
    shadowedRules: [],
    candidates,
    skipped: [],
    onRefusal: "stop",
    timeoutMs: found.kind === "found" ? found.lineup.meaning.rule?.rule.timeoutMs : undefined,
  };
}
