import { unknownCost } from "../../src/domain/cost.ts";
import type { Generated } from "../../src/domain/generated.ts";
import type { JobTicket } from "../../src/domain/job-ticket.ts";
import type { FinishedOutput } from "../../src/domain/output.ts";

/** A result of this many bytes in one image. */
export function imageResult(bytes: number, requestId = "request-1"): Generated {
  return result(
    {
      kind: "images",
      images: [
        {
          content: { kind: "bytes", bytes: new Uint8Array(bytes).fill(7) },
          mimeType: "image/png",
          width: 8,
          height: 8,
          revisedPrompt: "",
          contentFiltered: false,
          provider: "a",
        },
      ],
    },
    requestId,
  );
}

/** A result with everything that a result can have. */
export function result(output: FinishedOutput, requestId = "request-1"): Generated {
  return {
    requestId,
    model: "m",
    provider: "a",
    upstreamModel: "a-m",
    upstreamId: "",
    output,
    usage: { inputTokens: 1 },
    cost: { basis: "priced", micros: 5, components: [{ unit: "image", quantity: 1, micros: 5 }] },
    attempts: [],
    adjustments: [],
    timing: { totalMs: 3, providersMs: 2, gatewayMs: 1 },
    configVersion: "v1",
    replayed: false,
    sandbox: false,
  };
}

/** The ticket of a call of this id, whose job is known unless it is said otherwise. */
export function ticket(callId: string, over: Partial<JobTicket> = {}): JobTicket {
  return {
    callId,
    attempt: {
      number: 1,
      model: "m",
      provider: "a",
      upstreamModel: "a-m",
      priority: 0,
      weight: 1,
      reason: "first",
      startTime: 5,
      message: "",
      cost: unknownCost,
      discardOutput: false,
    },
    earlier: [],
    key: "0a1b2c3d",
    slots: [0],
    job: { id: `job-of-${callId}`, waitMs: 500, state: { phase: "queued" } },
    ...over,
  };
}
