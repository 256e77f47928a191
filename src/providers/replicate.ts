import type { ImageCapabilities } from "../domain/capabilities.ts";
import type { Job } from "../domain/job.ts";
import type { JsonObject } from "../domain/json.ts";
import type { ImageEditTask, TextToImageTask } from "../domain/task.ts";
import { postJson } from "./dialects/post-json.ts";
import { replicateFailure } from "./dialects/replicate-errors.ts";
import { replicateUploads } from "./dialects/replicate-files.ts";
import { replicateInput } from "./dialects/replicate-input.ts";
import {
  isOfficialModel,
  replicateCapabilities,
  replicateDraws,
  replicateEditCapabilities,
} from "./dialects/replicate-models.ts";
import {
  firstWaitMs,
  nextWaitMs,
  replicatePrediction,
  replicateStops,
} from "./dialects/replicate-prediction.ts";
import type { HttpCall } from "./http-call.ts";
import type { CallTarget, OperationDialect, Provider } from "./provider.ts";

/** Replicate: every call is a prediction, which is a job (replicate.com/docs/reference/http, 2026-11-21). */
export const replicate: Provider = {
  type: "replicate",
  displayName: "Replicate",
  description: "Open and partner image models, run as predictions.",
  kind: "image",
  websiteUri: "https://replicate.com",
  statusPageUri: "https://status.replicate.com",
  defaultBaseUrl: "https://api.replicate.com/v1",
  keyVariable: "REPLICATE_API_TOKEN",
  credential: { kind: "header", name: "authorization", prefix: "Bearer " },
  operations: {
    text_to_image: { ...predictions(replicateCapabilities), serves: replicateDraws },
    image_edit: { ...predictions(replicateEditCapabilities), uploads: replicateUploads },
  },
  failure: replicateFailure,
};

function predictions<T extends TextToImageTask | ImageEditTask>(
  capabilities: (upstreamModel: string) => ImageCapabilities,
): OperationDialect<T, ImageCapabilities> {
  return {
    capabilities,
    // Enough for most cold starts of models that are not kept warm.
    timeouts: { totalMs: 180_000, firstContentMs: 180_000, idleMs: 180_000 },
    request: (task, target) => ({
      ...create(target, replicateInput(task, target.upstreamModel)),
      headers: timeHeaders(target.timeLeftMs),
      media,
    }),
    result: (reply, task, target) => replicatePrediction(reply, asked(task, target), firstWaitMs),
    job: {
      // By the id at the endpoint itself: the addresses in `urls` are the answer's own,
      // and the key must not follow them elsewhere.
      poll: (job) => ({ method: "GET", path: predictionPath(job), media }),
      result: (reply, job, task, target) =>
        replicatePrediction(reply, asked(task, target), nextWaitMs(job.waitMs)),
      cancel: (job) => ({ method: "POST", path: `${predictionPath(job)}/cancel` }),
      cancelled: replicateStops,
    },
  };
}

function asked(task: TextToImageTask | ImageEditTask, { upstreamModel }: CallTarget) {
  return { count: task.options.count, byOutput: isOfficialModel(upstreamModel) };
}

/** Where models that keep no files put the images themselves, as data URLs. */
const media = ["output", "output[]"];

/**
 * "owner/name" is an official model and has a path of its own; "owner/name:version"
 * and a version by itself are named in the body.
 */
function create(target: CallTarget, input: JsonObject): HttpCall {
  const { upstreamModel } = target;
  if (isOfficialModel(upstreamModel)) {
    const path = `/models/${upstreamModel}/predictions`;
    return postJson(path, { input });
  }
  const version = upstreamModel.slice(upstreamModel.indexOf(":") + 1);
  return {
    method: "POST",
    path: "/predictions",
    body: { kind: "json", value: { version, input } },
  };
}

function predictionPath(job: Job): string {
  return `/predictions/${encodeURIComponent(job.id)}`;
}

/**
 * Holds the call open for five seconds at the most: the fast models answer within
 * that, and a prediction whose id is not known yet can be neither polled nor
 * cancelled. The deadline goes along, so that Replicate stops what nobody waits for
 * any more, such as a prediction whose id got lost on the way.
 */
function timeHeaders(timeLeftMs: number): Readonly<Record<string, string>> {
  const holdSeconds = Math.min(5, Math.floor(timeLeftMs / 2000));
  const cancelSeconds = Math.min(1800, Math.ceil(timeLeftMs / 1000) + 5);
  return {
    ...(holdSeconds > 0 && { prefer: `wait=${holdSeconds}` }),
    "cancel-after": `${cancelSeconds}s`,
  };
}
