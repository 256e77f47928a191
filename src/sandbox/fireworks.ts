import type { JsonObject } from "../domain/json.ts";
import { fireworksChat } from "./fireworks-chat.ts";
import { fireworksError } from "./fireworks-errors.ts";
import { fireworksImage } from "./fireworks-images.ts";
import { createFireworksJobs, type FireworksJobs } from "./fireworks-jobs.ts";
import { inWords } from "./read-json.ts";
import type { Answer, Vendor, VendorContext, Visit } from "./vendor.ts";

/**
 * Fireworks AI: workflows that answer with the image, workflows that are jobs (FLUX.1
 * Kontext), the older image_generation, and chat completions, as its documentation
 * and npm `@ai-sdk/fireworks` 3.0.62 have them. A key is good unless it contains
 * "invalid"; any model exists unless its name contains "unknown" or "missing".
 */
export function fireworks(context: VendorContext): Vendor {
  const jobs = createFireworksJobs(context);
  return {
    slug: "fireworks",
    basePath: "/fireworks/inference/v1",
    delaysItself: true,
    buys: ({ method, path }) =>
      method === "POST" && (path === "/chat/completions" || readPath(path)?.buys === true),
    fail: (status, _visit, message) => fireworksError(status, message),
    throttle: (waitMs) => ({
      ...fireworksError(429),
      headers: {
        "retry-after": String(Math.ceil(waitMs / 1000)),
        "x-ratelimit-over-limit": "yes",
        "x-ratelimit-remaining-requests": "0",
      },
    }),
    answer: (visit) => checkKey(visit) ?? route(context, visit, jobs),
  };
}

/** Without a key the paths of workflows are not there at all. */
function checkKey({ header, path }: Visit): Answer | undefined {
  const key = /^Bearer (\S+)$/.exec(header("authorization") ?? "")?.[1];
  if (key === undefined) return fireworksError(path.startsWith("/workflows/") ? 404 : 401);
  return key.includes("invalid") ? fireworksError(401) : undefined;
}

async function route(context: VendorContext, visit: Visit, jobs: FireworksJobs): Promise<Answer> {
  const { method, path, body } = visit;
  if (method === "GET" && path === "/models") return { kind: "json", status: 200, value: models };
  const target = readPath(path);
  if (target === undefined && path !== "/chat/completions") {
    return fireworksError(404, "The requested path does not exist.");
  }
  if (method !== "POST") return fireworksError(405);
  if (body === undefined) return fireworksError(400, "The body is not a JSON object.");
  const model = target?.model ?? inWords(body["model"]);
  if (/unknown|missing/.test(model)) return fireworksError(404);
  if (target?.kind === "poll") return jobs.show(model, body["id"]);
  if (target?.kind === "job") return jobs.create(visit, model, body);
  const { delayMs } = visit.order;
  if (delayMs > 0) await context.clock.sleep(delayMs, visit.signal);
  if (target === undefined) return fireworksChat(context, visit, body);
  if (target.kind === "none") return fireworksError(405);
  return fireworksImage(context, visit, { ...target, kind: target.kind, body });
}

interface Target {
  /** "none" is a path that the model does not have. */
  readonly kind: "workflow" | "job" | "poll" | "legacy" | "none";
  readonly model: string;
  readonly buys: boolean;
}

/** What a path of images leads to: which of them a model has depends on its kind. */
function readPath(path: string): Target | undefined {
  const [, model, last] =
    /^\/workflows\/(accounts\/[\w.-]+\/models\/[\w.-]+)(?:\/(text_to_image|get_result))?$/.exec(
      path,
    ) ?? [];
  if (model !== undefined) {
    const isJob = /\/flux-kontext-/.test(model);
    if (isJob && last === "get_result") return { kind: "poll", model, buys: false };
    if (isJob && last === undefined) return { kind: "job", model, buys: true };
    if (!isJob && last === "text_to_image") return { kind: "workflow", model, buys: true };
    return { kind: "none", model, buys: false };
  }
  const legacy = /^\/image_generation\/(accounts\/[\w.-]+\/models\/[\w.-]+)$/.exec(path)?.[1];
  return legacy === undefined ? undefined : { kind: "legacy", model: legacy, buys: true };
}

const models: JsonObject = {
  object: "list",
  data: ["gpt-oss-120b", "deepseek-v4-pro"].map((name) => ({
    id: `accounts/fireworks/models/${name}`,
    object: "model",
    owned_by: "fireworks",
    created: 1764000000,
    kind: "HF_BASE_MODEL",
    supports_chat: true,
    supports_image_input: false,
    supports_tools: true,
    context_length: 131072,
  })),
};
