import type { JsonObject } from "../domain/json.ts";
import { cancelledByClient, falError, lostRunner, neverBegun, notBegun } from "./fal-errors.ts";
import { type FalFault, type FalRun, runFalModel } from "./fal-run.ts";
import type { Answer, VendorContext } from "./vendor.ts";

/** Requests that wait for their model. They are found under "owner/alias" of it. */
export interface FalQueue {
  /**
   * Takes any input: whether the model does shows later. A job that has not begun
   * within `startWithinMs` never does.
   */
  submit(run: Omit<FalRun, "requestId">, delayMs: number, startWithinMs: number): Answer;
  status(application: string, id: string): Promise<Answer>;
  /** The status each time that it changes, until the end. */
  watch(application: string, id: string, signal: AbortSignal): Answer;
  result(application: string, id: string): Answer;
  cancel(application: string, id: string): Answer;
}

interface Job {
  readonly run: FalRun;
  readonly application: string;
  readonly readyAt: number;
  readonly startBy: number;
  polls: number;
  work?: Promise<Ending>;
  /** Undefined while it waits or runs. */
  ending?: Ending;
}

/** How a job ended: what its result answers, and what its status says beside COMPLETED. */
interface Ending {
  readonly answer: Answer;
  readonly error?: { readonly error: string; readonly error_type: string } | undefined;
}

const capacity = 1000;

/** The poll with which a job begins to run, and the one from which on it may have ended. */
const pollsUntil = { running: 2, ended: 3 };

/** An empty queue. Only the newest 1,000 jobs are remembered. */
export function createFalQueue(
  context: VendorContext,
  basePath: string,
  filePath: string,
): FalQueue {
  const { clock } = context;
  const jobs = new Map<string, Job>();

  function find(application: string, id: string): Job | undefined {
    const job = jobs.get(id);
    return job?.application === application ? job : undefined;
  }

  async function poll(job: Job): Promise<void> {
    if (job.polls < pollsUntil.running && clock.now() >= job.startBy) {
      job.ending ??= { answer: neverBegun(job.run.requestId), error: notBegun };
      return;
    }
    job.polls++;
    if (job.polls < pollsUntil.ended || clock.now() < job.readyAt) return;
    job.work ??= perform(job.run);
    const ending = await job.work;
    // Somebody may have cancelled it meanwhile.
    job.ending ??= ending;
  }

  async function perform(run: FalRun): Promise<Ending> {
    const answer = await runFalModel(context, filePath, run);
    return { answer, error: run.fault === "fail_late" ? lostRunner : undefined };
  }

  function show(job: Job): JsonObject {
    const { requestId } = job.run;
    const url = `${context.origin}${basePath}/${job.application}/requests/${requestId}`;
    return {
      ...stateOf(job),
      request_id: requestId,
      response_url: url,
      status_url: `${url}/status`,
      cancel_url: `${url}/cancel`,
    };
  }

  function stateOf(job: Job): JsonObject {
    if (job.ending !== undefined) {
      const metrics = { inference_time: 0.81 };
      return { status: "COMPLETED", logs: null, metrics, ...job.ending.error };
    }
    return job.polls < pollsUntil.running
      ? { status: "IN_QUEUE", queue_position: job.polls === 0 ? 1 : 0 }
      : { status: "IN_PROGRESS", logs: null };
  }

  async function* updates(job: Job, signal: AbortSignal): AsyncGenerator<string> {
    while (!signal.aborted) {
      yield `data: ${JSON.stringify(show(job))}\n\n`;
      if (job.ending !== undefined) return;
      const waitMs = job.polls + 1 < pollsUntil.ended ? 0 : job.readyAt - clock.now();
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      await context.pace(signal);
      await poll(job);
    }
  }

  return {
    submit(run, delayMs, startWithinMs) {
      const requestId = newFalId(context);
      const job: Job = {
        run: { ...run, requestId },
        application: applicationOf(run.name),
        readyAt: clock.now() + delayMs,
        startBy: clock.now() + startWithinMs,
        polls: 0,
      };
      jobs.set(requestId, job);
      for (const oldest of jobs.keys()) {
        if (jobs.size <= capacity) break;
        jobs.delete(oldest);
      }
      return json(200, { ...show(job), gateway_request_id: requestId });
    },
    async status(application, id) {
      const job = find(application, id);
      if (job === undefined) return falError(404, "Request not found");
      await poll(job);
      return json(job.ending === undefined ? 202 : 200, show(job));
    },
    watch(application, id, signal) {
      const job = find(application, id);
      if (job === undefined) return falError(404, "Request not found");
      return { kind: "stream", frames: updates(job, signal) };
    },
    result(application, id) {
      const job = find(application, id);
      if (job === undefined) return falError(404, "Request not found");
      return job.ending?.answer ?? json(400, { detail: "Request is still in progress" });
    },
    cancel(application, id) {
      const job = find(application, id);
      if (job === undefined) return json(404, { status: "NOT_FOUND" });
      if (job.ending !== undefined) return json(400, { status: "ALREADY_COMPLETED" });
      const answer = json(499, { detail: cancelledByClient.error, ...cancelledByClient });
      job.ending = { answer, error: cancelledByClient };
      return json(202, { status: "CANCELLATION_REQUESTED" });
    },
  };
}

/** What an order means to a model: the others have been carried out before it is asked. */
export function falFaultOf(kind: string | undefined): FalFault | undefined {
  return kind === "refuse" || kind === "empty" || kind === "fail_late" ? kind : undefined;
}

/** An id in the form that fal gives its requests. */
export function newFalId(context: VendorContext): string {
  const digits = Buffer.from(context.newId(16)).toString("hex");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** "owner/alias", with the namespace before it where there is one: what follows is dropped. */
export function applicationOf(name: string): string {
  const segments = name.split("/");
  const named = segments[0] === "workflows" || segments[0] === "comfy";
  return segments.slice(0, named ? 3 : 2).join("/");
}

function json(status: number, value: JsonObject): Answer {
  return { kind: "json", status, value };
}
