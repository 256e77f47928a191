import type { JsonObject } from "../domain/json.ts";
import type { ImageTask } from "../domain/task.ts";
import {
  firstWaitMs,
  nextWaitMs,
  runwareJob,
  runwareMedia,
  runwarePolled,
  runwareResult,
} from "./dialects/runware-answer.ts";
import { runwareJobFailure, runwareReplyFailure } from "./dialects/runware-errors.ts";
import {
  runwareCapabilities,
  runwareEditCapabilities,
  runwareUpscaleCapabilities,
} from "./dialects/runware-models.ts";
import { drawTask, editTask, isAsync, upscaleTask } from "./dialects/runware-tasks.ts";
import type { HttpCall } from "./http-call.ts";
import type { JobDialect, OperationDialect, Provider } from "./provider.ts";

/** How one operation is worded, all but its own task. */
type Worded<T extends ImageTask> = Pick<
  OperationDialect<T, ReturnType<typeof runwareCapabilities>>,
  "timeouts" | "result" | "job"
>;

const job: JobDialect<ImageTask> = {
  poll: ({ id }) => send({ taskType: "getResponse", taskUUID: id }),
  result: (reply, { id, waitMs }, task) =>
    runwarePolled(reply, {
      taskUUID: id,
      count: task.options.count,
      waitMs: nextWaitMs(waitMs),
    }),
  failure: runwareJobFailure,
  // The id of a task is ours. There is no way to cancel one.
  find: ({ callId }) => runwareJob(callId, firstWaitMs),
};

const worded: Worded<ImageTask> = {
  timeouts: { totalMs: 180_000, firstContentMs: 180_000, idleMs: 180_000 },
  result: (reply, task, target) =>
    runwareResult(reply, {
      taskUUID: target.callId,
      count: task.options.count,
      mayFollow: isAsync(target),
      waitMs: firstWaitMs,
    }),
  job,
};

/** Runware: lists of tasks, each with an id of the caller's, sent to one address (runware.ai/docs, 2026-11-21). */
export const runware: Provider = {
  type: "runware",
  displayName: "Runware",
  description: "Image models of many makers behind one task API.",
  kind: "image",
  websiteUri: "https://runware.ai",
  statusPageUri: "https://status.runware.ai",
  defaultBaseUrl: "https://api.runware.ai/v1",
  keyVariable: "RUNWARE_API_KEY",
  credential: { kind: "header", name: "authorization", prefix: "Bearer " },
  operations: {
    text_to_image: {
      ...worded,
      capabilities: runwareCapabilities,
      request: (task, target) => send(drawTask(task, target)),
    },
    image_edit: {
      ...worded,
      capabilities: runwareEditCapabilities,
      request: (task, target) => send(editTask(task, target)),
    },
    image_upscale: {
      ...worded,
      capabilities: runwareUpscaleCapabilities,
      request: (task, target) => send(upscaleTask(task, target)),
    },
  },
  failure: runwareReplyFailure,
};

/** Every call is a list of tasks, also of one, to the base URL itself. */
function send(task: JsonObject): HttpCall {
  return { method: "POST", path: "", body: { kind: "json", value: [task] }, media: runwareMedia };
}
