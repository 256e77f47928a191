import type { JsonObject, JsonValue } from "../domain/json.ts";
import { asObject, asText } from "./read-json.ts";
import { runwareError, runwareFailure } from "./runware-errors.ts";
import { newUuid } from "./runware-output.ts";
import { createRunwareTasks, type RunwareTasks } from "./runware-tasks.ts";
import type { Answer, Vendor, VendorContext, Visit } from "./vendor.ts";

/**
 * Runware over REST: one address that takes lists of tasks, answers them in the call
 * or lets itself be asked for them, as npm `@runware/sdk-js` 1.3.2 and the generated
 * types of Runware's newer SDK (July 2026) have it. Result files are served under
 * /runware-images, and refuse requests that carry a credential.
 */
export function runware(context: VendorContext): Vendor {
  const tasks = createRunwareTasks(context);
  return {
    slug: "runware",
    basePath: "/runware/v1",
    delaysItself: true,
    buys: (visit) => visit.method === "POST" && tasksOf(visit)?.some(isWork) === true,
    fail: (status, _visit, message) => runwareFailure(status, message),
    // Runware says nothing of when to come back.
    throttle: () => runwareFailure(429),
    async answer(visit) {
      if (visit.path !== "" || visit.method !== "POST") return runwareFailure(404);
      const list = tasksOf(visit);
      if (list === undefined || list.length === 0) {
        const message = "The body must be a JSON array of tasks.";
        return runwareError(400, { code: "invalidRequest", message });
      }
      const refused = checkKey(visit, list);
      return refused ?? answerAll(context, tasks, list, visit);
    },
  };
}

/** The body as a list of tasks. Undefined when it is none. */
function tasksOf({ list }: Visit): readonly JsonObject[] | undefined {
  const items = list?.map((item: JsonValue) => asObject(item));
  return items?.every((item) => item !== undefined) ? items : undefined;
}

function isWork(task: JsonObject): boolean {
  return task["taskType"] === "imageInference" || task["taskType"] === "upscale";
}

/** The key, in the header or in a task of its own at the beginning. */
function checkKey(visit: Visit, list: readonly JsonObject[]): Answer | undefined {
  const [first] = list;
  const own = first?.["taskType"] === "authentication" ? asText(first["apiKey"]) : undefined;
  const key = own ?? /^Bearer (\S+)$/.exec(visit.header("authorization") ?? "")?.[1];
  if (key !== undefined && !key.includes("invalid")) return undefined;
  return runwareError(401, {
    code: key === undefined ? "missingApiKey" : "invalidApiKey",
    message: "Invalid API key. Get one at https://my.runware.ai/signup",
    parameter: "apiKey",
    type: "string",
  });
}

/** One answer for all tasks: what succeeded beside what did not. An error by itself has its own status. */
async function answerAll(
  context: VendorContext,
  tasks: RunwareTasks,
  list: readonly JsonObject[],
  visit: Visit,
): Promise<Answer> {
  const answers = await Promise.all(list.map((task) => answerOne(context, tasks, task, visit)));
  const [only] = answers;
  if (answers.length === 1 && only !== undefined) return only;
  const all = (name: string): JsonValue[] =>
    answers.flatMap(({ value }) => {
      const items = asObject(value)?.[name];
      return Array.isArray(items) ? items : [];
    });
  const errors = all("errors");
  return {
    kind: "json",
    status: 200,
    value: { data: all("data"), ...(errors.length === 0 ? {} : { errors }) },
  };
}

async function answerOne(
  context: VendorContext,
  tasks: RunwareTasks,
  task: JsonObject,
  visit: Visit,
): Promise<Extract<Answer, { kind: "json" }>> {
  switch (task["taskType"]) {
    case "authentication": {
      const item = { taskType: "authentication", connectionSessionUUID: newUuid(context) };
      return { kind: "json", status: 200, value: { data: [item] } };
    }
    case "getResponse":
      return tasks.getResponse(task);
    case "imageInference":
    case "upscale":
      return tasks.submit(task, visit);
    default: {
      const message = "Unsupported 'taskType'.";
      return runwareError(
        400,
        { code: "unsupportedTaskType", message, parameter: "taskType" },
        task,
      );
    }
  }
}
