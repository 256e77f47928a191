import { type Cost, reportedCost } from "../../domain/cost.ts";
import type { Failure } from "../../domain/failure.ts";
import type { Job } from "../../domain/job.ts";
import type { JsonObject, JsonValue } from "../../domain/json.ts";
import type { ProviderImage } from "../../domain/output.ts";
import type { Failed, Outcome } from "../outcome.ts";
import type { Reply } from "../reply.ts";
import { httpFailure, malformedReply } from "./http-failure.ts";
import { asArray, asBytes, asNumber, asObject, asText } from "./read-json.ts";
import {
  isOfTask,
  type RunwareError,
  readRunwareError,
  readRunwareErrors,
  runwareFailure,
} from "./runware-errors.ts";

/** Where results carry base64, as `outputType` has it and as what was asked is called. */
export const runwareMedia = [
  "data[].imageBase64Data",
  "data[].imageDataURI",
  "data[].mediaBase64Data",
  "data[].mediaDataURI",
];

/** The wait before the first poll, in milliseconds. */
export const firstWaitMs = 1000;

/** The wait before a further poll, in milliseconds: as the official SDK has it, but for its limit, which is 10 s there. */
export function nextWaitMs(lastWaitMs: number): number {
  return lastWaitMs === firstWaitMs ? 500 : Math.min(5000, Math.round(lastWaitMs * 1.5));
}

/** What an answer is read for. */
export interface AskedResult {
  readonly taskUUID: string;
  readonly count: number;
  /** Whether results that are not in the answer may still come. */
  readonly mayFollow: boolean;
  /** For the next poll, in milliseconds. */
  readonly waitMs: number;
}

/**
 * What the answer to a task, or to `getResponse` for it, means (api.runware.ai/v1,
 * 2026-11-21). One answer can hold results, errors and what is still being made.
 * Results are matched by their task, since their order is not promised.
 */
export function runwareResult(reply: Reply, asked: AskedResult): Outcome {
  const body = bodyOf(reply);
  return body === undefined
    ? unreadable(reply)
    : outcomeOf(reply, sort(body, asked.taskUUID), asked);
}

/**
 * What the answer to `getResponse` for a task means. Errors in it can be the question's
 * own: they end no task, and count for nothing beside what there is of the task.
 */
export function runwarePolled(reply: Reply, asked: Omit<AskedResult, "mayFollow">): Outcome {
  const body = bodyOf(reply);
  if (body === undefined) return ofQuestion(unreadable(reply));
  const sorted = sort(body, asked.taskUUID);
  const errors = sorted.errors.filter((error) => isOfTask(reply.status, error));
  const { items } = sorted;
  if (items.length === 0 && errors.length === 0 && sorted.errors.length > 0) {
    return ofQuestion({ kind: "failed", failure: failureOf(reply, sorted, asked) });
  }
  return outcomeOf(reply, { ...sorted, errors }, { ...asked, mayFollow: true });
}

function outcomeOf(reply: Reply, sorted: Sorted, asked: AskedResult): Outcome {
  const { images, flagged, empty, pending, items } = sorted;
  const errors = sorted.errors.length + sorted.failures.length;
  const settled = images.length + flagged + empty + errors;
  const broken = errors + empty > 0;
  const ended = settled >= asked.count || (broken && pending.length === 0);
  if (!ended && (asked.mayFollow || pending.length > 0)) return job(asked, pending);
  const shortfall = failureOf(reply, sorted, asked);
  if (images.length === 0) return { kind: "failed", failure: shortfall };
  return {
    kind: "done",
    output: { kind: "images", images },
    usage: {},
    cost: costOf(items),
    upstreamId: asked.taskUUID,
    requestId: asked.taskUUID,
    shortfall: images.length < asked.count ? shortfall : undefined,
  };
}

function unreadable(reply: Reply): Failed {
  const failure = malformedReply(reply, "The provider's answer has no results");
  // It may have been done all the same.
  return { kind: "failed", failure: { ...failure, billed: true } };
}

function ofQuestion({ failure }: Failed): Failed {
  return { kind: "failed", failure: { ...failure, ofJob: false } };
}

/** The job that a task is whose results are not there yet. */
export function runwareJob(taskUUID: string, waitMs: number, progress?: Job["progress"]): Job {
  return { id: taskUUID, waitMs, progress, state: {} };
}

/** What an answer holds of one task. */
interface Sorted {
  readonly items: readonly JsonObject[];
  readonly images: readonly ProviderImage[];
  /** How many images the content check has flagged. They are dropped. */
  readonly flagged: number;
  /** How many results say that they are done and have no image. */
  readonly empty: number;
  /** What results say that have failed. */
  readonly failures: readonly RunwareError[];
  /** What stands beside the results. */
  readonly errors: readonly RunwareError[];
  readonly pending: readonly JsonObject[];
}

/** The answer, when it is one: alone, or the only one of a list. */
function bodyOf({ body: read }: Reply): JsonObject | undefined {
  if (read.kind !== "json") return undefined;
  const body = asObject(Array.isArray(read.value) ? read.value[0] : read.value);
  if (body === undefined) return undefined;
  return Array.isArray(body["data"]) || readRunwareErrors(body).length > 0 ? body : undefined;
}

function sort(body: JsonObject, taskUUID: string): Sorted {
  const isOurs = (id: JsonValue | undefined): boolean => id === undefined || id === taskUUID;
  const items = asArray(body["data"])
    .map((item) => asObject(item))
    .filter((item) => item !== undefined)
    .filter((item) => isOurs(item["taskUUID"]) && item["taskType"] !== "authentication");
  const images: ProviderImage[] = [];
  const pending: JsonObject[] = [];
  const failures: RunwareError[] = [];
  const errors = readRunwareErrors(body).filter(({ taskUUID: id }) => isOurs(id));
  let flagged = 0;
  let empty = 0;
  for (const item of items) {
    const content = contentOf(item);
    if (item["status"] === "error") failures.push(...errorOf(item));
    else if (content === undefined && item["status"] === "success") empty += 1;
    else if (content === undefined) pending.push(item);
    else if (item["NSFWContent"] === true) flagged += 1;
    else images.push({ content });
  }
  return { items, images, flagged, empty, failures, errors, pending };
}

function errorOf(item: JsonObject): readonly RunwareError[] {
  const [error] = readRunwareError(asObject(item["error"]));
  return [error ?? { parameters: [] }];
}

function contentOf(item: JsonObject): ProviderImage["content"] | undefined {
  const bytes =
    asBytes(item["imageBase64Data"]) ??
    asBytes(item["imageDataURI"]) ??
    asBytes(item["mediaBase64Data"]) ??
    asBytes(item["mediaDataURI"]);
  if (bytes !== undefined) return { kind: "bytes", bytes };
  const url = asText(item["imageURL"]) ?? asText(item["mediaURL"]);
  return url !== undefined && /^https?:\/\//i.test(url) ? { kind: "url", url } : undefined;
}

function job(asked: AskedResult, pending: readonly JsonObject[]): Outcome {
  const percents = pending.flatMap((item) => asNumber(item["progress"]) ?? []);
  const fraction = percents.length === 0 ? undefined : Math.min(...percents) / 100;
  const progress =
    fraction === undefined || fraction < 0 || fraction > 1
      ? undefined
      : ({ kind: "progress", fraction } as const);
  return { kind: "job", job: runwareJob(asked.taskUUID, asked.waitMs, progress) };
}

/** Why there is less than was asked: what an error says, else the content check, else nothing is known. */
function failureOf(
  reply: Reply,
  { errors, failures, flagged, items }: Sorted,
  { taskUUID }: Pick<AskedResult, "taskUUID">,
): Failure {
  const told = [...errors, ...failures];
  if (told.length > 0) {
    return { ...runwareFailure(reply, told), upstreamRequestId: taskUUID };
  }
  if (flagged === 0) return malformedReply(reply, "The provider's answer has no image", taskUUID);
  return httpFailure(reply, {
    class: "refused",
    code: "NSFWContent",
    message: "The provider's content check flagged the image",
    requestId: taskUUID,
    billed: true,
    cost: costOf(items),
  });
}

/** Each result has a price of its own, in US dollars. Undefined when one does not say. */
function costOf(items: readonly JsonObject[]): Cost | undefined {
  const results = items.filter((item) => contentOf(item) !== undefined);
  const costs = results.map((item) => asNumber(item["cost"]));
  let micros = 0;
  for (const cost of costs) {
    if (cost === undefined || cost < 0) return undefined;
    micros += cost * 1e6;
  }
  return reportedCost(Math.round(micros));
}
