import { unknownCost } from "../../domain/cost.ts";
import type { Failure } from "../../domain/failure.ts";
import type { JsonObject, JsonValue } from "../../domain/json.ts";
import type { ProviderImage } from "../../domain/output.ts";
import type { Usage } from "../../domain/usage.ts";
import type { Outcome } from "../outcome.ts";
import type { Reply } from "../reply.ts";
import { httpFailure, malformedReply } from "./http-failure.ts";
import {
  asArray,
  asBytes,
  asCount,
  asNumber,
  asObject,
  asText,
  at,
  objectBody,
} from "./read-json.ts";
import { replicatePredictionFailure } from "./replicate-errors.ts";

/** The wait before the first poll, in milliseconds. */
export const firstWaitMs = 500;

/** The wait before a further poll, in milliseconds: a fifth longer than the last, up to two seconds. */
export function nextWaitMs(lastWaitMs: number): number {
  return Math.min(2000, Math.round(lastWaitMs * 1.2));
}

/** What was asked of a prediction. */
export interface AskedPrediction {
  /** How many images. */
  readonly count: number;
  /** Whether its model is billed by the output, so that a failed prediction costs nothing. */
  readonly byOutput: boolean;
}

/**
 * What a prediction means (api.replicate.com/v1, 2026-11-21). The status of the
 * answer says nothing: 200, 201 and 202 all carry a prediction in any state. An
 * output that is there before the end counts when it is whole: one text, or as many
 * as `count`. `waitMs` is for the next poll.
 */
export function replicatePrediction(
  reply: Reply,
  { count, byOutput }: AskedPrediction,
  waitMs: number,
): Outcome {
  const prediction = objectBody(reply);
  const id = predictionId(prediction);
  if (prediction === undefined || id === undefined) {
    const failure = malformedReply(reply, "The provider's answer is not a prediction");
    // The prediction runs all the same. Without its id it cannot be followed; with it, asked for again.
    return { kind: "failed", failure: { ...failure, billed: true, ofJob: false } };
  }
  const images = outputsOf(prediction);
  switch (prediction["status"]) {
    case "succeeded":
      if (images.length > 0) return done(prediction, id, images);
      return { kind: "failed", failure: withoutImage(reply, prediction, id) };
    case "failed": {
      const failure = replicatePredictionFailure(reply, id, prediction["error"]);
      return { kind: "failed", failure: { ...failure, ...priceOf(failure, byOutput) } };
    }
    case "canceled":
    case "aborted":
      return { kind: "failed", failure: stopped(reply, prediction, id) };
    default:
      // A list that is still being filled can be short, or empty.
      if (images.length > 0 && (!Array.isArray(prediction["output"]) || images.length >= count)) {
        return done(prediction, id, images);
      }
      return { kind: "job", job: { id, waitMs, state: { id } } };
  }
}

/**
 * Whether the answer to a cancelling says that the prediction ends, or soon will: one
 * that had succeeded or failed before comes back as it was.
 */
export function replicateStops(reply: Reply): boolean {
  const prediction = objectBody(reply);
  const status = asText(prediction?.["status"]);
  return status !== undefined && status !== "succeeded" && status !== "failed";
}

/** The id becomes a part of a path, so it may be nothing that leads elsewhere. */
function predictionId(prediction: JsonObject | undefined): string | undefined {
  const id = asText(prediction?.["id"]);
  return id !== undefined && /^[\w-]{1,100}$/.test(id) ? id : undefined;
}

function done(prediction: JsonObject, id: string, images: readonly ProviderImage[]): Outcome {
  return {
    kind: "done",
    output: { kind: "images", images },
    usage: usageOf(asObject(prediction["metrics"]) ?? {}),
    upstreamId: id,
    upstreamModel: asText(prediction["model"]),
    requestId: id,
  };
}

/** What has succeeded is billed, also when its image was deleted before anybody asked for it, or never there. */
function withoutImage(reply: Reply, prediction: JsonObject, id: string): Failure {
  const removed = prediction["data_removed"] === true;
  const what = removed
    ? "The prediction's images are deleted"
    : "The prediction succeeded without an image";
  return { ...malformedReply(reply, what, id), billed: true, ofJob: true };
}

/** Whether a refused prediction is billed differs by model, and what a run of a version costs is not known. */
function priceOf({ class: name }: Failure, byOutput: boolean): Pick<Failure, "billed" | "cost"> {
  if (!byOutput) return { cost: unknownCost };
  return name === "refused" ? {} : { billed: false };
}

/** Nobody here asked for it: the deadline that the call had brought passed, or somebody stopped it by hand. */
function stopped(reply: Reply, prediction: JsonObject, id: string) {
  return httpFailure(reply, {
    class: "timeout",
    code: prediction["status"],
    message: "The provider stopped the prediction before its end",
    requestId: id,
    detail: prediction["error"],
    billed: prediction["status"] === "aborted" ? false : undefined,
  });
}

function usageOf(metrics: JsonObject): Usage {
  return {
    seconds: asNumber(metrics["predict_time"]),
    inputTokens: asCount(metrics["input_token_count"]),
    outputTokens: asCount(metrics["output_token_count"]),
  };
}

/** One address or many, and data URLs, which the transport has decoded. */
function outputsOf(prediction: JsonObject): readonly ProviderImage[] {
  const output = prediction["output"];
  const values = Array.isArray(output) ? asArray(output) : [output];
  const expiresAt = expiryOf(prediction);
  return values.flatMap((value): readonly ProviderImage[] => {
    const bytes = asBytes(value);
    if (bytes !== undefined) return [{ content: { kind: "bytes", bytes } }];
    const url = addressOf(value);
    return url === undefined ? [] : [{ content: { kind: "url", url, expiresAt } }];
  });
}

function addressOf(value: JsonValue | undefined): string | undefined {
  const url = asText(value) ?? asText(at(value, "url"));
  return url !== undefined && /^https?:\/\//i.test(url) ? url : undefined;
}

/** Files are deleted an hour after the end. Before it is known, the beginning is on the safe side. */
function expiryOf(prediction: JsonObject): number | undefined {
  const time = asText(prediction["completed_at"]) ?? asText(prediction["created_at"]) ?? "";
  const moment = Date.parse(time);
  return Number.isNaN(moment) ? undefined : moment + 3_600_000;
}
