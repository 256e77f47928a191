import type { Failure } from "../../domain/failure.ts";
import type { Job } from "../../domain/job.ts";
import type { JsonObject, JsonValue } from "../../domain/json.ts";
import type { ProviderImage } from "../../domain/output.ts";
import type { Outcome } from "../outcome.ts";
import type { Reply } from "../reply.ts";
import { alibabaEmbeddedFailure, alibabaFailure, readAlibabaError } from "./alibaba-errors.ts";
import { httpFailure, malformedReply } from "./http-failure.ts";
import { readImageUsage } from "./openai-usage.ts";
import { asArray, asCount, asObject, asText, at } from "./read-json.ts";

/**
 * What a native answer of 2xx to a call means: images, a task that runs, or a failure.
 * `isTask` says that the call is answered with a task, which runs whatever becomes of its
 * answer.
 */
export function alibabaImages(reply: Reply, isTask: boolean): Outcome {
  const answer = read(reply);
  const failure = alibabaEmbeddedFailure(answer.body, reply);
  if (failure !== undefined) return failed(failure);
  if (answer.output === undefined) {
    const what = "The provider's answer has no output in it";
    const lost = malformedReply(reply, what, answer.requestId);
    return failed(isTask ? { ...lost, billed: true } : lost);
  }
  return outcomeOf(reply, answer, answer.output, firstWaitMs);
}

/**
 * What an answer of 2xx to the question for a task means. How a task failed stands in its
 * output; an error outside it, or no word of the task, is a failure of the question.
 */
export function alibabaPolled(reply: Reply, job: Job): Outcome {
  const answer = read(reply);
  const failure = alibabaEmbeddedFailure(answer.body, reply);
  if (failure !== undefined) return failed({ ...failure, billed: undefined, ofJob: false });
  const { output } = answer;
  if (output === undefined || asText(output["task_status"]) === undefined) {
    const what = "The provider says nothing of the task";
    return failed({ ...malformedReply(reply, what, answer.requestId), ofJob: false });
  }
  return outcomeOf(reply, answer, output, nextWaitMs(job.waitMs));
}

/** The wait before the first question for a task, in milliseconds. */
const firstWaitMs = 1000;

/**
 * The wait before a further question, in milliseconds: a quarter longer than the
 * last, up to five seconds. An account may ask 20 times a second, for all its tasks
 * (Model Studio, 2026-11-21).
 */
function nextWaitMs(lastWaitMs: number): number {
  return Math.min(5000, Math.round(lastWaitMs * 1.25));
}

interface Answer {
  /** Empty when it is no JSON object. */
  readonly body: JsonObject;
  readonly output: JsonObject | undefined;
  readonly requestId: string | undefined;
}

function read({ body: given, headers }: Reply): Answer {
  const body = (given.kind === "json" ? asObject(given.value) : undefined) ?? {};
  const requestId = asText(body["request_id"]) ?? headers["x-request-id"];
  return { body, output: asObject(body["output"]), requestId };
}

function outcomeOf(
  reply: Reply,
  { body, requestId }: Answer,
  output: JsonObject,
  waitMs: number,
): Outcome {
  const status = asText(output["task_status"]);
  switch (status) {
    case undefined:
    case "SUCCEEDED":
      return images(reply, body, output, requestId);
    case "FAILED":
      return failed(alibabaFailure(reply, { ...readAlibabaError(output), requestId }, false));
    case "CANCELED":
    case "UNKNOWN":
      return failed(vanished(reply, status, requestId));
    default:
      return running(reply, output, waitMs, requestId);
  }
}

/** The id becomes a part of a path, so it may be nothing that leads elsewhere. */
function running(
  reply: Reply,
  output: JsonObject,
  waitMs: number,
  requestId: string | undefined,
): Outcome {
  const id = asText(output["task_id"]);
  if (id === undefined || !/^[\w-]{1,100}$/.test(id)) {
    const failure = malformedReply(reply, "The provider's task has no id", requestId);
    // The task runs all the same, and without its id it cannot be followed.
    return failed({ ...failure, billed: true });
  }
  const total = asCount(at(output, "task_metrics", "TOTAL"));
  const made = asCount(at(output, "task_metrics", "SUCCEEDED"));
  const fraction = total && made !== undefined ? Math.min(1, made / total) : undefined;
  const progress = fraction === undefined ? undefined : ({ kind: "progress", fraction } as const);
  return { kind: "job", job: { id, waitMs, progress, state: { id } } };
}

/**
 * CANCELED: somebody else cancelled it, which can be done only before it begins.
 * UNKNOWN: the provider knows no such task any more, whatever became of it.
 */
function vanished(
  reply: Reply,
  status: "CANCELED" | "UNKNOWN",
  requestId: string | undefined,
): Failure {
  if (status === "CANCELED") {
    const message = "Somebody cancelled the task at the provider";
    return httpFailure(reply, {
      class: "unknown",
      code: status,
      message,
      requestId,
      billed: false,
    });
  }
  const message = "The provider does not know the task that it accepted";
  const failure = httpFailure(reply, { class: "ambiguous", code: status, message, requestId });
  return { ...failure, delivery: "ambiguous" };
}

function images(
  reply: Reply,
  body: JsonObject,
  output: JsonObject,
  requestId: string | undefined,
): Outcome {
  const found = [...imagesOfChoices(output, reply), ...imagesOfResults(output, reply)];
  const shortfall = shortfallOf(output, reply, requestId);
  if (found.length === 0) {
    const what = "The provider succeeded without an image";
    return failed(shortfall ?? malformedReply(reply, what, requestId));
  }
  return {
    kind: "done",
    output: { kind: "images", images: found },
    usage: readImageUsage(body["usage"]),
    upstreamId: asText(output["task_id"]) ?? requestId,
    requestId,
    shortfall,
  };
}

/** Qwen models put all images into one choice, Wan models one into each. */
function imagesOfChoices(output: JsonObject, reply: Reply): readonly ProviderImage[] {
  return asArray(output["choices"]).flatMap((choice) => {
    const content = asArray(at(choice, "message", "content"));
    const prompts = content.flatMap((item) => asText(at(item, "actual_prompt")) ?? []);
    return content.flatMap((item) => image(at(item, "image"), prompts[0], reply));
  });
}

function imagesOfResults(output: JsonObject, reply: Reply): readonly ProviderImage[] {
  return asArray(output["results"]).flatMap((result) =>
    image(at(result, "url"), asText(at(result, "actual_prompt")), reply),
  );
}

function image(
  value: JsonValue | undefined,
  revisedPrompt: string | undefined,
  reply: Reply,
): readonly ProviderImage[] {
  const url = asText(value);
  if (url === undefined || !/^https?:\/\//i.test(url)) return [];
  return [{ content: { kind: "url", url, expiresAt: expiryOf(url, reply) }, revisedPrompt }];
}

/** As the signed address says it; else 24 hours from the answer. */
function expiryOf(url: string, reply: Reply): number | undefined {
  const seconds = /[?&]Expires=(\d{9,11})(?:&|$)/.exec(url)?.[1];
  if (seconds !== undefined) return Number(seconds) * 1000;
  const answered = Date.parse(reply.headers["date"] ?? "");
  return Number.isNaN(answered) ? undefined : answered + 86_400_000;
}

/** Why there are fewer images than asked: the first result that has an error in an image's place. */
function shortfallOf(
  output: JsonObject,
  reply: Reply,
  requestId: string | undefined,
): Failure | undefined {
  for (const result of asArray(output["results"])) {
    const error = readAlibabaError(result);
    if (error.code !== undefined) return alibabaFailure(reply, { ...error, requestId }, false);
  }
  return undefined;
}

function failed(failure: Failure): Outcome {
  return { kind: "failed", failure };
}
