import type { JsonObject } from "../domain/json.ts";
import { asText } from "./read-json.ts";
import { errorItem, runwareError } from "./runware-errors.ts";
import { makeRunwareResults, readRunwareInputs } from "./runware-output.ts";
import { checkRunwareTask } from "./runware-rules.ts";
import type { Answer, VendorContext, Visit } from "./vendor.ts";

/** The tasks that were taken. Only the newest 1,000 are remembered. */
export interface RunwareTasks {
  /** Takes a task that makes or enlarges images; what it answers is only about this one. */
  submit(task: JsonObject, visit: Visit): Promise<Extract<Answer, { kind: "json" }>>;
  /** What is there of a task: `getResponse`. */
  getResponse(task: JsonObject): Promise<Extract<Answer, { kind: "json" }>>;
}

interface TakenTask {
  readonly task: JsonObject;
  readonly fate: string | undefined;
  readonly readyAt: number;
  polls: number;
  /** Its results, once somebody has waited for them. */
  work?: Promise<readonly JsonObject[]>;
  readonly make: () => Promise<readonly JsonObject[]>;
}

const capacity = 1000;

/** The poll from which on a task may have ended. */
const endedAtPoll = 2;

/** No tasks yet. */
export function createRunwareTasks(context: VendorContext): RunwareTasks {
  const { clock } = context;
  const taken = new Map<string, TakenTask>();

  async function answerNow(entry: TakenTask, visit: Visit): Promise<Json> {
    const { task, fate } = entry;
    if (fate === "refuse") return runwareError(400, refusal, task);
    if (fate === "fail_late") {
      await clock.sleep(1000, visit.signal);
      return beside(errorItem(late, task));
    }
    return data(fate === "empty" ? [] : await resultsOf(entry));
  }

  return {
    async submit(task, visit) {
      const id = asText(task["taskUUID"]) ?? "";
      if (!uuid.test(id)) {
        const message = "'taskUUID' must be a UUID v4.";
        return runwareError(400, { code: "invalidTaskUUID", message, parameter: "taskUUID" }, task);
      }
      const complaint = checkRunwareTask(task);
      if (complaint !== undefined) return runwareError(400, complaint, task);
      const model = asText(task["model"]) ?? "";
      if (/unknown|missing/.test(model)) {
        const message = "The model does not exist.";
        return runwareError(404, { code: "modelNotFound", message, parameter: "model" }, task);
      }
      if (taken.has(id)) {
        const message = "The taskUUID is in use.";
        return runwareError(
          400,
          { code: "conflictTaskUUID", message, parameter: "taskUUID" },
          task,
        );
      }
      const inputs = await readRunwareInputs(context, task);
      if (!isList(inputs)) return runwareError(400, inputs, task);
      const { effect, delayMs } = visit.order;
      const entry: TakenTask = {
        task,
        fate: effect?.kind,
        readyAt: clock.now() + delayMs,
        polls: 0,
        make: () => makeRunwareResults(context, task, inputs),
      };
      taken.set(id, entry);
      for (const oldest of taken.keys()) {
        if (taken.size <= capacity) break;
        taken.delete(oldest);
      }
      // Some models are to be had by polling only, whatever was asked for.
      if (task["deliveryMethod"] === "async" || model.startsWith("midjourney:")) {
        return data([placeholder(task)]);
      }
      if (delayMs > 0) await clock.sleep(delayMs, visit.signal);
      return answerNow(entry, visit);
    },
    async getResponse(task) {
      const entry = taken.get(asText(task["taskUUID"]) ?? "");
      if (entry === undefined) {
        const message = "The task failed or was not found.";
        return runwareError(400, { code: "taskFailedOrNotFound", message }, task);
      }
      entry.polls++;
      if (clock.now() < entry.readyAt) return data([{ ...processing(entry), progress: 10 }]);
      if (entry.polls < endedAtPoll && !hasAnswered(entry)) {
        return data([{ ...processing(entry), progress: 50 }]);
      }
      const { fate } = entry;
      // How a task ended may stand in its place among the results, or beside them.
      if (fate === "refuse") return beside(errorItem(partnerRefusal, entry.task));
      if (fate === "fail_late") return data([failedItem(entry, late)]);
      if (fate === "empty") return data([{ ...placeholder(entry.task), status: "success" }]);
      const results = await resultsOf(entry);
      return data(results.map((result) => ({ ...result, status: "success" })));
    },
  };
}

type Json = Extract<Answer, { kind: "json" }>;

/** The same results at every question, though two may ask at the same time. */
function resultsOf(entry: TakenTask): Promise<readonly JsonObject[]> {
  entry.work ??= entry.make();
  return entry.work;
}

/** Whether its results were sent before: then it is not being worked on. */
function hasAnswered(entry: TakenTask): boolean {
  return entry.work !== undefined;
}

function data(items: readonly JsonObject[]): Json {
  return { kind: "json", status: 200, value: { data: items } };
}

function beside(error: JsonObject): Json {
  return { kind: "json", status: 200, value: { data: [], errors: [error] } };
}

function placeholder(task: JsonObject): JsonObject {
  return { taskType: task["taskType"], taskUUID: task["taskUUID"] };
}

function processing({ task }: TakenTask): JsonObject {
  return { ...placeholder(task), status: "processing" };
}

function failedItem({ task }: TakenTask, error: typeof late): JsonObject {
  return { ...placeholder(task), status: "error", error };
}

function isList<T>(value: readonly T[] | object): value is readonly T[] {
  return Array.isArray(value);
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const late = { code: "inferenceError", message: "The inference failed. (sandbox)" };
const refusal = {
  code: "invalidProviderContent",
  message: "The provider's content moderation detected invalid content. (sandbox)",
};
const partnerRefusal = {
  code: "providerContentPolicyViolation",
  message: "The provider refused this prompt. (sandbox)",
};
