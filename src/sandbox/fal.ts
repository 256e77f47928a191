import { falError, falThrottled } from "./fal-errors.ts";
import { createFalQueue, type FalQueue, falFaultOf, newFalId } from "./fal-queue.ts";
import { runFalModel } from "./fal-run.ts";
import type { Answer, Vendor, VendorContext, Visit } from "./vendor.ts";

const filePath = "/fal-media";

/**
 * fal.ai: the queue under /queue and direct runs under /run, which are two hosts
 * in the world, as @fal-ai/client 1.10.1 and recorded traffic have them. Result
 * files are served under /fal-media, and refuse requests that carry a credential.
 */
export function fal(context: VendorContext): Vendor {
  const queue = createFalQueue(context, "/fal/queue", filePath);
  return {
    slug: "fal",
    basePath: "/fal",
    defaultVersion: "/queue",
    delaysItself: true,
    buys: ({ method, path }) => method === "POST" && endpointOf(path) !== undefined,
    fail: (status, _visit, message) => falError(status, message),
    throttle: (waitMs) => falThrottled(waitMs),
    answer(visit) {
      const refusal = checkKey(visit.header("authorization"));
      if (refusal !== undefined) return refusal;
      const followUp = /^\/queue\/(.+)\/requests\/([\w-]+)(\/[a-z/]+)?$/.exec(visit.path);
      if (followUp !== null) {
        const [, application = "", id = "", action = ""] = followUp;
        return follow(queue, visit, application, id, action);
      }
      const endpoint = endpointOf(visit.path);
      if (endpoint === undefined) return falError(404);
      if (visit.method !== "POST") return falError(405);
      return begin(context, queue, visit, endpoint);
    },
  };
}

interface Endpoint {
  readonly host: "queue" | "run";
  readonly name: string;
}

function endpointOf(path: string): Endpoint | undefined {
  const [, host, name = ""] = /^\/(queue|run)\/([\w.-]+(?:\/[\w.-]+)+)$/.exec(path) ?? [];
  if (host === undefined || /\/requests\//.test(name)) return undefined;
  return { host: host === "run" ? "run" : "queue", name };
}

async function begin(
  context: VendorContext,
  queue: FalQueue,
  visit: Visit,
  { host, name }: Endpoint,
): Promise<Answer> {
  const { body, order } = visit;
  if (body === undefined) return falError(400, "Invalid JSON in request body");
  if (/unknown|missing/.test(name)) return falError(404, `Application "${name}" not found`);
  const run = { name, input: body, fault: falFaultOf(order.effect?.kind) };
  if (host === "queue") {
    const seconds = Number(visit.header("x-fal-request-timeout") ?? Number.POSITIVE_INFINITY);
    return queue.submit(run, order.delayMs, seconds * 1000);
  }
  if (order.delayMs > 0) await context.clock.sleep(order.delayMs, visit.signal);
  return runFalModel(context, filePath, { ...run, requestId: newFalId(context) });
}

function follow(
  queue: FalQueue,
  visit: Visit,
  application: string,
  id: string,
  action: string,
): Answer | Promise<Answer> {
  // The whole endpoint id in place of the application finds a path, and not for this.
  if (!/^(?:(?:workflows|comfy)\/)?[\w.-]+\/[\w.-]+$/.test(application)) return falError(405);
  switch (`${visit.method} ${action}`) {
    case "GET /status":
      return queue.status(application, id);
    case "GET /status/stream":
      return queue.watch(application, id, visit.signal);
    case "GET ":
    case "GET /response":
      return queue.result(application, id);
    case "PUT /cancel":
      return queue.cancel(application, id);
    default:
      return falError(405);
  }
}

function checkKey(header: string | undefined): Answer | undefined {
  if (header === undefined || header === "") {
    return falError(401, "Authentication is required to access this application.");
  }
  const key = /^Key (\S+)$/i.exec(header)?.[1];
  if (key === undefined) {
    return falError(
      401,
      "Invalid Key Authorization header format. Expected '<key_id>:<key_secret>'.",
    );
  }
  return key.includes("invalid") ? falError(401) : undefined;
}
