import type { Usage as ProtoUsage } from "../../../gen/spillway/v1/cost_pb.ts";
import type { FinishedOutput } from "../../domain/output.ts";
import type { Usage } from "../../domain/usage.ts";

/** Writes what the providers counted, and counts the images. */
export function usageToProto(usage: Usage, output: FinishedOutput): ProtoUsage {
  return {
    $typeName: "spillway.v1.Usage",
    inputTokens: count(usage.inputTokens),
    outputTokens: count(usage.outputTokens),
    cachedInputTokens: count(usage.cachedInputTokens),
    reasoningTokens: count(usage.reasoningTokens),
    imageOutputTokens: count(usage.imageOutputTokens),
    images: output.kind === "images" ? output.images.length : 0,
  };
}

function count(value: number | undefined): bigint {
  return value === undefined ? 0n : BigInt(Math.round(value));
}
