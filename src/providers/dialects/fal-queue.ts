import type { Failure } from "../../domain/failure.ts";
import type { Job } from "../../domain/job.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { ImageTask } from "../../domain/task.ts";
import type { HttpCall } from "../http-call.ts";
import type { Outcome } from "../outcome.ts";
import type { CallTarget } from "../provider.ts";
import type { Reply } from "../reply.ts";
import { falMedia, falOutput } from "./fal-answer.ts";
import { falFailure, falResultFailure, falStatusFailure } from "./fal-errors.ts";
import { falInput } from "./fal-input.ts";
import { malformedReply } from "./http-failure.ts";
import { asCount, asNumber, asText, objectBody } from "./read-json.ts";

/** The call that puts a task into the queue of its model (queue.fal.run, 2026-11-21). */
export function falSubmit(task: ImageTask, target: CallTarget): HttpCall {
  return {
    method: "POST",
    path: `/${segmentsOf(target.upstreamModel).join("/")}`,
    headers: { "x-fal-request-timeout": startSeconds(target.timeLeftMs) },
    body: { kind: "json", value: falInput(task, target.upstreamModel) },
    media: falMedia,
  };
}

/**
 * What the answer to a submission means: a job, by its id alone, since the
 * addresses beside it are the answer's own and the key must not follow them. A
 * base URL of fal.run, where nothing is queued, answers with the result at once.
 */
export function falAccepted(reply: Reply, task: ImageTask): Outcome {
  const body = objectBody(reply) ?? {};
  const id = asText(body["request_id"]);
  // It becomes a part of a path, so it may be nothing that leads elsewhere.
  if (id !== undefined && /^[\w-]{1,100}$/.test(id)) return waiting(body, id, 0);
  if (["images", "image", "detail"].some((name) => body[name] !== undefined)) {
    return falOutput(reply, body, task);
  }
  const failure = malformedReply(reply, "The provider's answer names no job");
  return { kind: "failed", failure: { ...failure, billed: true } };
}

/** The call that asks how a job is, or, once it is completed, for its result. */
export function falPoll(job: Job, target: CallTarget): HttpCall {
  const path = jobPath(job, target);
  return isCompleted(job)
    ? { method: "GET", path, media: falMedia }
    : { method: "GET", path: `${path}/status?logs=0` };
}

/** The call that cancels a job. What runs already may run on, and may be billed. */
export function falCancel(job: Job, target: CallTarget): HttpCall {
  return { method: "PUT", path: `${jobPath(job, target)}/cancel` };
}

/**
 * Whether a job that fal has agreed to cancel is sure to be stopped: only one that was
 * in the queue when it was last asked for. Whether one stops that runs is up to its
 * application, and no answer tells (docs.fal.ai, 2026-11-21).
 */
export function falCancelled(_reply: Reply, job: Job): boolean {
  return job.state["phase"] === "queued";
}

/**
 * What the answer to `falPoll` means. COMPLETED is no success: the status may name
 * an error, and the result may be one.
 */
export function falPolled(reply: Reply, job: Job, task: ImageTask): Outcome {
  const body = objectBody(reply) ?? {};
  if (isCompleted(job)) return resultOf(reply, body, job, task);
  switch (asText(body["status"])) {
    case undefined: {
      const failure = malformedReply(reply, "The provider's answer says no status", job.id);
      return { kind: "failed", failure: { ...failure, ofJob: false } };
    }
    case "COMPLETED": {
      const failure = falStatusFailure(reply, body, job.id);
      if (failure !== undefined) return { kind: "failed", failure };
      const erred = asText(body["error"]) !== undefined || asText(body["error_type"]) !== undefined;
      const state = { phase: "completed", erred };
      return { kind: "job", job: { id: job.id, waitMs: 0, state } };
    }
    default:
      return waiting(body, job.id, (asNumber(job.state["waitedMs"]) ?? 0) + job.waitMs);
  }
}

/** What an answer outside 2xx to `falPoll` means. */
export function falPollFailure(reply: Reply, job: Job): Failure {
  return isCompleted(job) ? falResultFailure(reply) : falFailure(reply);
}

function resultOf(reply: Reply, output: JsonObject, job: Job, task: ImageTask): Outcome {
  if (job.state["erred"] !== true) return falOutput(reply, output, task, job.id);
  // The reason should have come as an error in place of this.
  const failure = malformedReply(reply, "The provider says that the job failed", job.id);
  return { kind: "failed", failure };
}

function waiting(body: JsonObject, id: string, waitedMs: number): Outcome {
  const queuePosition = asCount(body["queue_position"]);
  return {
    kind: "job",
    job: {
      id,
      waitMs: nextWaitMs(waitedMs),
      // The answer to a submission need not say it: it begins in the queue.
      state: { phase: isQueued(body) ? "queued" : "running", waitedMs },
      progress: queuePosition === undefined ? undefined : { kind: "progress", queuePosition },
    },
  };
}

function isQueued(body: JsonObject): boolean {
  return (asText(body["status"]) ?? "IN_QUEUE") === "IN_QUEUE";
}

/** The fast models are done within a second; the official clients ask every 100 and every 500 ms. */
function nextWaitMs(waitedMs: number): number {
  if (waitedMs < 1000) return 250;
  if (waitedMs < 15_000) return 500;
  return waitedMs < 60_000 ? 1000 : 2000;
}

function isCompleted(job: Job): boolean {
  return job.state["phase"] === "completed";
}

/** Jobs are found under owner and name of their application; what follows these is dropped. */
function jobPath(job: Job, target: CallTarget): string {
  const segments = segmentsOf(target.upstreamModel);
  const length = namespaces.has(segments[0] ?? "") ? 3 : 2;
  return `/${segments.slice(0, length).join("/")}/requests/${encodeURIComponent(job.id)}`;
}

const namespaces: ReadonlySet<string> = new Set(["workflows", "comfy"]);

/**
 * An endpoint id as the segments of a path: "owner/name", what follows it, and the
 * old form "12345-name". Nothing in it may lead out of the base URL.
 */
function segmentsOf(upstreamModel: string): readonly string[] {
  const old = /^(\d+)-([\w-]+)$/.exec(upstreamModel);
  const segments = old === null ? upstreamModel.split("/") : [old[1] ?? "", old[2] ?? ""];
  return segments.map((segment) => encodeURIComponent(segment.replace(/^\.*$/, "_")));
}

/** Until when a job may begin: what nobody waits for any more shall not run and cost. At least 2 seconds. */
function startSeconds(timeLeftMs: number): string {
  return String(Math.max(2, Math.ceil(timeLeftMs / 1000)));
}
