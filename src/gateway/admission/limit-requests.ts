import type { GatewayError } from "../../domain/gateway-error.ts";
import type { executePlan } from "../../failover/execute-plan.ts";
import type { Gate } from "../../failover/gate.ts";

/** Does a request. */
export type Execute = typeof executePlan;

/**
 * Lets requests be done only as far as the gate allows. One that is refused fails
 * with OVERLOADED before any provider is asked.
 */
export function limitRequests(gate: Gate, execute: Execute): Execute {
  return async (input, dependencies) => {
    const entered = gate.enter(input, true);
    const entry = entered instanceof Promise ? await entered : entered;
    if (entry.kind === "refused") {
      return { kind: "failed", error: overloaded(input.plan.model, entry.retryAfterMs) };
    }
    // It asks nobody for a caller that is gone, and has the words for that.
    if (entry.kind === "ended") return execute(input, dependencies);
    try {
      return await execute(input, dependencies);
    } finally {
      gate.leave();
    }
  };
}

function overloaded(model: string, retryAfterMs: number): GatewayError {
  return {
    reason: "OVERLOADED",
    message:
      "The gateway has as much to do as it may, and asked no provider. Ask again after the delay given with this error, or raise server.limits.",
    metadata: { model },
    retryAfterMs,
  };
}
