import type { JsonObject } from "../domain/json.ts";
import { alibabaChat } from "./alibaba-chat.ts";
import {
  type AlibabaWords,
  alibabaError,
  alibabaGatewayError,
  alibabaHeaders,
  alibabaWords,
} from "./alibaba-errors.ts";
import { drawAlibabaImages } from "./alibaba-images.ts";
import { type AlibabaPath, findAlibabaModel, readAlibabaRequest } from "./alibaba-models.ts";
import { type AlibabaTasks, createAlibabaTasks } from "./alibaba-tasks.ts";
import { inWords } from "./read-json.ts";
import type { Answer, Vendor, VendorContext, Visit } from "./vendor.ts";

/**
 * Alibaba Cloud's Model Studio: DashScope's image calls and tasks under /api/v1 and
 * chat under /compatible-mode/v1, as dashscope for Python of July 2026, the
 * documentation and recorded traffic have them. Result files are served under
 * /alibaba-oss, for 24 hours, and refuse requests that carry a credential.
 */
export function alibaba(context: VendorContext): Vendor {
  const tasks = createAlibabaTasks(context);
  const fail: Vendor["fail"] = (status, visit, message) => {
    if (status === 413) return alibabaGatewayError(413, message ?? "Request Entity Too Large");
    if (status === 504) return alibabaGatewayError(504, message ?? "stream timeout");
    const [code, usual] = alibabaWords(visit, status);
    return alibabaError(visit, status, [code, message ?? usual], context.newId(36));
  };
  return {
    slug: "alibaba",
    basePath: "/alibaba",
    delaysItself: true,
    buys: ({ method, path }) =>
      method === "POST" && (path === chatPath || imagePath(path) !== undefined),
    fail,
    // There is no header that says how long.
    throttle: (_waitMs, visit) => fail(429, visit),
    answer(visit) {
      const key = /^Bearer (\S+)$/.exec(visit.header("authorization") ?? "")?.[1];
      if (key === undefined) return fail(401, visit, "No API-key provided.");
      if (key.includes("invalid")) return fail(401, visit);
      return route(context, tasks, fail, visit);
    },
  };
}

const chatPath = "/compatible-mode/v1/chat/completions";

const imagePaths: readonly AlibabaPath[] = [
  "/multimodal-generation/generation",
  "/image-generation/generation",
  "/text2image/image-synthesis",
  "/image2image/image-synthesis",
];

function imagePath(path: string): AlibabaPath | undefined {
  const prefix = "/api/v1/services/aigc";
  return imagePaths.find((candidate) => path === prefix + candidate);
}

async function route(
  context: VendorContext,
  tasks: AlibabaTasks,
  fail: Vendor["fail"],
  visit: Visit,
): Promise<Answer> {
  const { method, path, body } = visit;
  if (method === "GET" && path === "/compatible-mode/v1/models") return models;
  const [, id, action] = /^\/api\/v1\/tasks\/([\w-]+)(\/cancel)?$/.exec(path) ?? [];
  if (id !== undefined && method === "GET" && action === undefined) return tasks.get(id, visit);
  if (id !== undefined && method === "POST" && action !== undefined) return tasks.cancel(id, visit);
  const image = imagePath(path);
  if (method !== "POST" || (image === undefined && path !== chatPath)) {
    return fail(400, visit, wrongUrl);
  }
  if (body === undefined) return fail(400, visit, "Required body invalid, please check it.");
  if (image !== undefined) return draw(context, tasks, { visit, path: image, body });
  if (visit.order.delayMs > 0) await context.clock.sleep(visit.order.delayMs, visit.signal);
  return alibabaChat(context, visit, body);
}

interface ImageVisit {
  readonly visit: Visit;
  readonly path: AlibabaPath;
  readonly body: JsonObject;
}

/** The header and the path must agree on whether it is a task, and the model must know the path. */
async function draw(
  context: VendorContext,
  tasks: AlibabaTasks,
  { visit, path, body }: ImageVisit,
): Promise<Answer> {
  const requestId = context.newId(36);
  const complain = (status: number, words: AlibabaWords): Answer =>
    alibabaError(visit, status, words, requestId);
  const wantsTask = visit.header("x-dashscope-async") === "enable";
  const isTask = path !== "/multimodal-generation/generation";
  if (wantsTask !== isTask) {
    const way = wantsTask ? "asynchronous" : "synchronous";
    return complain(403, ["AccessDenied", `current user api does not support ${way} calls.`]);
  }
  const name = inWords(body["model"] ?? "");
  const model = findAlibabaModel(name);
  if (model === undefined) return complain(400, ["InvalidParameter", "Model not exist."]);
  if (!model.paths.includes(path)) return complain(400, ["InvalidParameter", wrongUrl]);
  const request = readAlibabaRequest(path, model, body);
  if (typeof request === "string") return complain(400, ["InvalidParameter", request]);
  const effect = visit.order.effect?.kind;
  const result = () =>
    drawAlibabaImages(context, { name, model, path, request, empty: effect === "empty" });
  if (isTask) return tasks.create({ count: request.count, result }, visit);
  if (effect === "refuse") {
    const message = "Input data may contain inappropriate content.";
    return complain(400, ["DataInspectionFailed", message]);
  }
  const workMs = visit.order.delayMs + (effect === "fail_late" ? 1000 : 0);
  if (workMs > 0) await context.clock.sleep(workMs, visit.signal);
  if (effect === "fail_late") return complain(500, ["InternalError.Algo", "Inference failed."]);
  return {
    kind: "json",
    status: 200,
    headers: alibabaHeaders(requestId),
    value: { ...(await result()), request_id: requestId },
  };
}

const wrongUrl = "url error, please check url!";

const models: Answer = {
  kind: "json",
  status: 200,
  value: {
    object: "list",
    data: ["qwen3.7-plus", "qwen3.7-max", "qwen3.6-flash", "qwen-plus"].map((id) => ({
      id,
      object: "model",
      created: 1795000000,
      owned_by: "system",
    })),
  },
};
