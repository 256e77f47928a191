import type { JsonObject } from "../domain/json.ts";
import { compatibleChat } from "./compatible-chat.ts";
import { compatibleError } from "./compatible-errors.ts";
import { compatibleImages } from "./compatible-images.ts";
import type { Answer, Vendor, VendorContext, Visit } from "./vendor.ts";

/**
 * A generic OpenAI-compatible server in the manner of vLLM and LocalAI: it
 * ignores fields that it does not know, wants no key but refuses one that
 * contains "invalid", numbers its error codes, and gives addresses of images
 * unless asked for base64.
 */
export function compatible(context: VendorContext): Vendor {
  const fail: Vendor["fail"] = (status, _visit, message) => ({
    kind: "json",
    status,
    value: { error: compatibleError(status, message) },
  });
  return {
    slug: "compatible",
    basePath: "/compatible/v1",
    buys: ({ method, path }) =>
      method === "POST" && (path === "/images/generations" || path === "/chat/completions"),
    fail,
    throttle: (waitMs, visit) => {
      const answer = fail(429, visit, "Too many requests");
      return { ...answer, headers: { "retry-after": String(Math.ceil(waitMs / 1000)) } };
    },
    answer(visit) {
      if (visit.header("authorization")?.includes("invalid") === true) {
        return { kind: "json", status: 401, value: { error: "Unauthorized" } };
      }
      const route = `${visit.method} ${visit.path}`;
      if (route === "GET /models") return { kind: "json", status: 200, value: models };
      if (route !== "POST /images/generations" && route !== "POST /chat/completions") {
        return { kind: "json", status: 404, value: { detail: "Not Found" } };
      }
      const refused = checkModel(visit, fail);
      if (refused !== undefined) return refused;
      return route === "POST /chat/completions"
        ? compatibleChat(context, visit, fail)
        : compatibleImages(context, visit, fail);
    },
  };
}

function checkModel(visit: Visit, fail: Vendor["fail"]): Answer | undefined {
  if (visit.body === undefined) return fail(400, visit, "Invalid JSON body");
  const model = visit.body["model"];
  if (typeof model !== "string" || model === "") {
    return fail(400, visit, "Field required: model");
  }
  if (!/unknown|missing/.test(model)) return undefined;
  const error = compatibleError(404, `The model \`${model}\` does not exist.`, "model");
  return { kind: "json", status: 404, value: { error } };
}

const models: JsonObject = {
  object: "list",
  data: ["llama-3.3-70b", "stable-diffusion"].map((id) => ({
    id,
    object: "model",
    created: 1764000000,
    owned_by: "vllm",
    root: id,
    parent: null,
    max_model_len: 32768,
  })),
};
