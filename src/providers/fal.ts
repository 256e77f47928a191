import type { ImageCapabilities } from "../domain/capabilities.ts";
import type { ImageTask } from "../domain/task.ts";
import { falFailure } from "./dialects/fal-errors.ts";
import { falCapabilities, falDraws, falEnlarges } from "./dialects/fal-models.ts";
import {
  falAccepted,
  falCancel,
  falCancelled,
  falPoll,
  falPolled,
  falPollFailure,
  falSubmit,
} from "./dialects/fal-queue.ts";
import type { OperationDialect, Provider } from "./provider.ts";

/** Every operation is a model's call in the queue; the model's schema makes the difference. */
const queued: OperationDialect<ImageTask, ImageCapabilities> = {
  capabilities: falCapabilities,
  // Enough for most models that must be started first.
  timeouts: { totalMs: 180_000, firstContentMs: 180_000, idleMs: 180_000 },
  request: falSubmit,
  result: falAccepted,
  job: {
    poll: falPoll,
    result: falPolled,
    failure: falPollFailure,
    cancel: falCancel,
    cancelled: falCancelled,
  },
};

/**
 * fal.ai, by its queue (@fal-ai/client 1.10.1 and docs.fal.ai, 2026-11-21): a job
 * waits there when the account's runners are busy, where a direct call is turned
 * away. The base URL is that of the queue; https://fal.run, which answers directly,
 * works in its place.
 */
export const fal: Provider = {
  type: "fal",
  displayName: "fal.ai",
  description: "Image models of many makers behind a fast queue.",
  kind: "image",
  websiteUri: "https://fal.ai",
  statusPageUri: "https://status.fal.ai",
  defaultBaseUrl: "https://queue.fal.run",
  keyVariable: "FAL_KEY",
  credential: { kind: "header", name: "authorization", prefix: "Key " },
  operations: {
    text_to_image: { ...queued, serves: falDraws },
    image_edit: queued,
    image_upscale: { ...queued, serves: falEnlarges },
  },
  failure: falFailure,
};
