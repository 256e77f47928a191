import type { Generated } from "../domain/generated.ts";
import type { FinishedOutput } from "../domain/output.ts";
import type { Walk } from "./walk.ts";

/** A request's result: its output, and all that is told beside it. */
export function toGenerated(
  output: FinishedOutput,
  walk: Pick<Walk, "input" | "dependencies" | "log" | "harvest">,
): Generated {
  const { input, log, harvest } = walk;
  const { clock, configVersion } = walk.dependencies;
  const { contributors } = harvest;
  const last = contributors[contributors.length - 1];
  if (last === undefined) throw new Error("There is output that no attempt gave.");
  const totalMs = clock.monotonic() - input.arrivedAt;
  return {
    requestId: input.requestId,
    model: last.candidate.model,
    provider: last.candidate.endpoint.slug,
    upstreamModel: last.candidate.upstreamModel,
    upstreamId: last.result.upstreamId ?? "",
    output,
    usage: harvest.usage,
    cost: harvest.cost,
    attempts: log.attempts,
    adjustments: harvest.adjustments,
    timing: {
      totalMs,
      providersMs: log.providersMs,
      gatewayMs: Math.max(0, totalMs - log.providersMs),
    },
    configVersion,
    replayed: false,
    sandbox: contributors.some(({ candidate }) => candidate.endpoint.sandbox),
  };
}
