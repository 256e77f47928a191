import type { JsonObject, JsonValue } from "../../domain/json.ts";
import type { ProviderImage } from "../../domain/output.ts";
import type { Usage } from "../../domain/usage.ts";
import type { Outcome } from "../outcome.ts";
import type { Reply } from "../reply.ts";
import { httpFailure, malformedReply } from "./http-failure.ts";
import { asArray, asBytes, asCount, asNumber, asObject, asText, at } from "./read-json.ts";
import { replicatePredictionFailure } from "./replicate-errors.ts";

/** The wait before the first poll, in milliseconds. */
export const firstWaitMs = 500;

/** The wait before a further poll, in milliseconds: a fifth longer than the last, up to two seconds. */
export function nextWaitMs(lastWaitMs: number): number {
  return Math.min(2000, Math.round(lastWaitMs * 1.2));
}

/**
 * What a prediction means (api.replicate.com/v1, 2026-11-21). The status of the
 * answer says nothing: 200, 201 and 202 all carry a prediction in any state. An
 * output that is there before the end counts when it is whole: one text, or as many
 * as `count`. `waitMs` is for the next poll.
 */
export function replicatePrediction(reply: Reply, count: number, waitMs: number): Outcome {
  const prediction = reply.body.kind === "json" ? asObject(reply.body.value) : undefined;
  const id = predictionId(prediction);
  if (prediction === undefined || id === undefined) {
    const failure = malformedReply(reply, "The provider's answer is no prediction");
    // The prediction runs all the same, and without its id it cannot be followed.
    return { kind: "failed", failure: { ...failure, billed: true } };
  }
  const images = outputsOf(prediction);
  switch (prediction["status"]) {
    case "succeeded":
      if (images.length > 0) return done(prediction, id, images);
      return {
        kind: "failed",
        failure: malformedReply(reply, "The prediction succeeded without an image", id),
      };
    case "failed":
      return {
        kind: "failed",
        failure: replicatePredictionFailure(reply, id, prediction["error"]),
      };
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
