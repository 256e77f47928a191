import type { JsonObject } from "../domain/json.ts";
import { alibabaError, alibabaHeaders, alibabaWords } from "./alibaba-errors.ts";
import type { Answer, VendorContext, Visit } from "./vendor.ts";

/** The tasks that were accepted. Only the newest 1,000 are remembered, for 24 hours. */
export interface AlibabaTasks {
  create(work: AlibabaWork, visit: Visit): Answer;
  get(id: string, visit: Visit): Promise<Answer>;
  cancel(id: string, visit: Visit): Answer;
}

/** What a task is to do. */
export interface AlibabaWork {
  readonly count: number;
  /** Does it, and says what `output` and `usage` are then. */
  result(): Promise<{ readonly output: JsonObject; readonly usage: JsonObject }>;
}

interface Task {
  readonly id: string;
  readonly work: AlibabaWork;
  /** What it was ordered to fail with. */
  readonly failure: JsonObject | undefined;
  readonly createdAt: number;
  readonly beginsAt: number;
  readonly readyAt: number;
  polls: number;
  status: "PENDING" | "RUNNING" | "SUCCEEDED" | "FAILED" | "CANCELED";
  endedAt?: number;
  made?: { readonly output: JsonObject; readonly usage: JsonObject };
}

const capacity = 1000;
const lifeMs = 86_400_000;

/** How many questions a task takes at least, so that it is seen to run. */
const pollsAtLeast = 2;

/** How many questions an account may ask in a second. */
const pollsPerSecond = 20;

/** No tasks yet. */
export function createAlibabaTasks(context: VendorContext): AlibabaTasks {
  const { clock } = context;
  const known = new Map<string, Task>();
  let second = 0;
  let asked = 0;

  function find(id: string): Task | undefined {
    const task = known.get(id);
    return task !== undefined && clock.now() < task.createdAt + lifeMs ? task : undefined;
  }

  /** Brings a task up to the present moment. */
  async function update(task: Task): Promise<void> {
    if (task.endedAt !== undefined || clock.now() < task.beginsAt) return;
    task.status = "RUNNING";
    if (clock.now() < task.readyAt || task.polls < pollsAtLeast) return;
    if (task.failure === undefined) {
      const made = await task.work.result();
      // A second question may have finished it while the first one drew.
      task.made ??= made;
    }
    task.status = task.failure === undefined ? "SUCCEEDED" : "FAILED";
    task.endedAt ??= clock.now();
  }

  return {
    create(work, visit) {
      const now = clock.now();
      const { delayMs } = visit.order;
      const id = `${context.newId(8)}-${context.newId(4)}-${context.newId(4)}-${context.newId(12)}`;
      known.set(id, {
        id,
        work,
        failure: failureOf(visit),
        createdAt: now,
        beginsAt: now + delayMs / 2,
        readyAt: now + delayMs,
        polls: 0,
        status: "PENDING",
      });
      for (const oldest of known.keys()) {
        if (known.size <= capacity) break;
        known.delete(oldest);
      }
      return answer(context.newId(36), { output: { task_id: id, task_status: "PENDING" } });
    },
    async get(id, visit) {
      const now = Math.floor(clock.now() / 1000);
      asked = now === second ? asked + 1 : 1;
      second = now;
      const requestId = context.newId(36);
      if (asked > pollsPerSecond) {
        return alibabaError(visit, 429, alibabaWords(visit, 429), requestId);
      }
      const task = find(id);
      if (task === undefined) {
        return answer(requestId, { output: { task_id: id, task_status: "UNKNOWN" } });
      }
      task.polls++;
      await update(task);
      return answer(requestId, show(task));
    },
    cancel(id, visit) {
      const task = find(id);
      const requestId = context.newId(36);
      if (task?.status !== "PENDING") {
        const message =
          "Failed to cancel the task, please confirm if the task is in PENDING status.";
        return alibabaError(visit, 400, ["UnsupportedOperation", message], requestId);
      }
      task.status = "CANCELED";
      task.endedAt = clock.now();
      return answer(requestId, {});
    },
  };
}

function answer(requestId: string, value: JsonObject): Answer {
  return {
    kind: "json",
    status: 200,
    headers: alibabaHeaders(requestId),
    value: { request_id: requestId, ...value },
  };
}

function failureOf({ order }: Visit): JsonObject | undefined {
  switch (order.effect?.kind) {
    case "refuse":
      return {
        code: "DataInspectionFailed",
        message: "Output data may contain inappropriate content.",
      };
    case "fail_late":
      return {
        code: "InternalError.Timeout",
        message: "An internal timeout error has occured during execution.",
      };
    default:
      return undefined;
  }
}

function show(task: Task): JsonObject {
  const { id, status, work, createdAt, beginsAt, endedAt, made, failure } = task;
  const { count } = work;
  return {
    output: {
      task_id: id,
      task_status: status,
      submit_time: localTime(createdAt),
      ...(status === "PENDING" ? {} : { scheduled_time: localTime(beginsAt) }),
      ...(endedAt === undefined ? {} : { end_time: localTime(endedAt) }),
      ...(status === "FAILED" ? failure : made?.output),
      task_metrics: {
        TOTAL: count,
        SUCCEEDED: status === "SUCCEEDED" ? count : 0,
        FAILED: status === "FAILED" ? count : 0,
      },
    },
    ...(made === undefined ? {} : { usage: made.usage }),
  };
}

/** The time in Beijing, without a zone: "2026-11-21 18:00:00.101". */
function localTime(time: number): string {
  return new Date(time + 8 * 3_600_000).toISOString().replace("T", " ").replace("Z", "");
}
