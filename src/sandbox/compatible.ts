import type { JsonObject } from "../domain/json.ts";
import { compatibleChat } from "./compatible-chat.ts";
import { compatibleError } from "./compatible-errors.ts";
import { compatibleEdits, compatibleImages, formFields } from "./compatible-images.ts";
import type { Answer, Vendor, VendorContext, Visit } from "./vendor.ts";

/**
 * A generic OpenAI-compatible server in the manner of vLLM and LocalAI: it
 * ignores fields that it does not know, wants no key but refuses one that
 * contains "invalid", numbers its error codes, and gives addresses of images
 * unless asked for base64. `slug` is the one that it plays: a configuration can have
 * several such servers.
 */
export function compatible(context: VendorContext, slug = "compatible"): Vendor {
  const fail: Vendor["fail"] = (status, _visit, message) => ({
    kind: "json",
    status,
    value: { error: compatibleError(status, message) },
  });
  return {
    slug,
    basePath: `/${slug}/v1`,
    buys: ({ method, path }) => method === "POST" && sold.has(path),
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
      if (visit.method !== "POST" || !sold.has(visit.path)) {
        return { kind: "json", status: 404, value: { detail: "Not Found" } };
      }
      const isEdit = visit.path === "/images/edits";
      const body = isEdit ? formFields(visit.form) : visit.body;
      if (body === undefined) return fail(400, visit, `Invalid ${isEdit ? "form" : "JSON"} body`);
      const refused = checkModel(body, visit, fail);
      if (refused !== undefined) return refused;
      if (isEdit) return compatibleEdits(context, visit, fail, body);
      return visit.path === "/chat/completions"
        ? compatibleChat(context, visit, fail)
        : compatibleImages(context, visit, fail, body);
    },
  };
}

const sold: ReadonlySet<string> = new Set([
  "/images/generations",
  "/images/edits",
  "/chat/completions",
]);

function checkModel(body: JsonObject, visit: Visit, fail: Vendor["fail"]): Answer | undefined {
  const model = body["model"];
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
