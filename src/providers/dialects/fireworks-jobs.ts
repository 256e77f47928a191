import type { Failure } from "../../domain/failure.ts";
import type { Job } from "../../domain/job.ts";
import type { JsonValue } from "../../domain/json.ts";
import type { ProviderImage } from "../../domain/output.ts";
import type { ImageEditTask, TextToImageTask } from "../../domain/task.ts";
import type { HttpCall } from "../http-call.ts";
import type { Outcome } from "../outcome.ts";
import type { Reply } from "../reply.ts";
import { fireworksEmbeddedFailure } from "./fireworks-errors.ts";
import { fireworksFormat } from "./fireworks-images.ts";
import { fireworksModelPath } from "./fireworks-models.ts";
import { httpFailure, malformedReply } from "./http-failure.ts";
import { imageAddress } from "./image-address.ts";
import { present } from "./openai-chat.ts";
import { aspectRatio } from "./openai-images.ts";
import { postJson } from "./post-json.ts";
import { asBytes, asNumber, asText, at, objectBody } from "./read-json.ts";

/** The call that submits a job of a FLUX.1 Kontext model; with an image it is an edit (docs.fireworks.ai, 2026-11-21). */
export function fireworksJobCall(
  task: TextToImageTask | ImageEditTask,
  upstreamModel: string,
): HttpCall {
  const { options } = task;
  const input = task.operation === "image_edit" ? task.images[0] : undefined;
  return postJson(`/workflows/${fireworksModelPath(upstreamModel)}`, {
    prompt: task.prompt,
    ...present("input_image", input && imageAddress(input)),
    ...present("aspect_ratio", aspectRatio(options)),
    ...present("seed", options.seed),
    output_format: fireworksFormat(options.format),
  });
}

/** What the answer to it means. Without an id the job runs all the same and cannot be followed. */
export function fireworksSubmitted(reply: Reply): Outcome {
  const body = objectBody(reply);
  const told = body && fireworksEmbeddedFailure(body, reply);
  if (told !== undefined) return { kind: "failed", failure: told };
  const id = asText(body?.["request_id"]);
  if (id === undefined) {
    const failure = malformedReply(reply, "The provider's answer names no job");
    return { kind: "failed", failure: { ...failure, billed: true } };
  }
  return { kind: "job", job: jobOf(id, 0) };
}

/** The call that asks how a job is: a POST, although it changes nothing. */
export function fireworksPoll(job: Job, upstreamModel: string): HttpCall {
  const path = `/workflows/${fireworksModelPath(upstreamModel)}/get_result`;
  return postJson(path, { id: job.id }, ["result.sample"]);
}

/** What the answer to it means: the states are those of Black Forest Labs, whose API is behind it. */
export function fireworksPolled(reply: Reply, job: Job): Outcome {
  const body = objectBody(reply);
  const { id } = job;
  const waitedMs = (asNumber(job.state["waitedMs"]) ?? 0) + job.waitMs;
  const status = asText(body?.["status"]);
  switch (status) {
    case "Ready":
      return ready(reply, at(body, "result", "sample"), id);
    case "Task not found":
      // A job is not found at first, while it is being put in its place.
      if (waitedMs < missingMs) return { kind: "job", job: jobOf(id, waitedMs) };
      return { kind: "failed", failure: lost(reply, id, status) };
    case "Request Moderated":
    case "Content Moderated":
      return ended(reply, "refused", id, status);
    case "Error":
    case "Failed":
      return ended(reply, "server_fault", id, status);
    case undefined:
      return ofQuestion(
        (body && fireworksEmbeddedFailure(body, reply)) ??
          malformedReply(reply, "The provider says nothing of the job", id),
      );
    default:
      // "Pending", or a state that is new.
      return { kind: "job", job: jobOf(id, waitedMs, asNumber(body?.["progress"])) };
  }
}

/** The wait between two questions, in milliseconds, as @ai-sdk/fireworks has it. */
const waitMs = 500;

/** How long a job that was accepted may be unknown, in milliseconds. */
const missingMs = 10_000;

function jobOf(id: string, waitedMs: number, fraction?: number): Job {
  // Its unit is documented nowhere; Black Forest Labs' is a fraction.
  const isFraction = fraction !== undefined && fraction >= 0 && fraction <= 1;
  const progress = isFraction ? { kind: "progress" as const, fraction } : undefined;
  return { id, waitMs, state: { waitedMs }, progress };
}

function ready(reply: Reply, sample: JsonValue | undefined, id: string): Outcome {
  const content = contentOf(sample, reply);
  if (content === undefined) {
    const failure = malformedReply(reply, "The job is ready without an image", id);
    // What is ready is billed.
    return { kind: "failed", failure: { ...failure, billed: true, ofJob: true } };
  }
  return {
    kind: "done",
    output: { kind: "images", images: [{ content }] },
    usage: {},
    upstreamId: id,
    requestId: id,
  };
}

/**
 * Mostly an address, at times the image itself. Black Forest Labs' addresses are good for
 * ten minutes (docs.bfl.ai, 2026-11-21).
 */
function contentOf(
  sample: JsonValue | undefined,
  { headers }: Reply,
): ProviderImage["content"] | undefined {
  const bytes = asBytes(sample);
  if (bytes !== undefined) return { kind: "bytes", bytes };
  const url = asText(sample) ?? "";
  if (!/^https?:\/\//i.test(url)) return undefined;
  const answeredAt = Date.parse(headers["date"] ?? "");
  const expiresAt = Number.isNaN(answeredAt) ? undefined : answeredAt + 600_000;
  return { kind: "url", url, expiresAt };
}

function ended(
  reply: Reply,
  name: "refused" | "server_fault",
  requestId: string,
  status: string,
): Outcome {
  // The states have spaces in them, which no code may have.
  const code = status.replaceAll(" ", "_");
  const failure = httpFailure(reply, { class: name, code, requestId });
  return { kind: "failed", failure };
}

/** The job was accepted, so it may be done all the same, and billed: nobody can ask for it. */
function lost(reply: Reply, requestId: string, status: string): Failure {
  const code = status.replaceAll(" ", "_");
  const message = "The provider lost the job";
  const failure = httpFailure(reply, { class: "ambiguous", code, message, requestId });
  return { ...failure, delivery: "ambiguous" };
}

/** How the job is, this does not tell, and it can be asked for again. */
function ofQuestion(failure: Failure): Outcome {
  return { kind: "failed", failure: { ...failure, ofJob: false } };
}
