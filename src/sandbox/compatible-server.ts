import type { JsonObject } from "../domain/json.ts";
import { compatibleChat } from "./compatible-chat.ts";
import { compatibleEdits, compatibleImages, formFields } from "./compatible-images.ts";
import type { CompatibleManner } from "./compatible-manner.ts";
import type { Answer, Vendor, VendorContext, Visit } from "./vendor.ts";

/**
 * A server that speaks OpenAI's dialect of images, edits and chat in a manner of its
 * own. Any model exists unless its name contains "unknown" or "missing".
 */
export function compatibleServer(context: VendorContext, manner: CompatibleManner): Vendor {
  const fail: Vendor["fail"] = (status, _visit, message) => ({
    kind: "json",
    status,
    value: { error: manner.error(status, message) },
  });
  return {
    slug: manner.slug,
    basePath: manner.basePath,
    buys: ({ method, path }) => method === "POST" && sold.has(path),
    fail,
    throttle: (waitMs, visit) => {
      const answer = fail(429, visit);
      if (!manner.saysWhen) return answer;
      return { ...answer, headers: { "retry-after": String(Math.ceil(waitMs / 1000)) } };
    },
    answer(visit) {
      const unknown = manner.refuseKey(visit);
      if (unknown !== undefined) return unknown;
      const route = `${visit.method} ${visit.path}`;
      if (route === "GET /models") return { kind: "json", status: 200, value: list(manner) };
      if (visit.method !== "POST" || !sold.has(visit.path)) {
        return { kind: "json", status: 404, value: manner.notFound };
      }
      const isEdit = visit.path === "/images/edits";
      const body = isEdit ? formFields(visit.form) : visit.body;
      if (body === undefined) return fail(400, visit, `Invalid ${isEdit ? "form" : "JSON"} body`);
      const refused = checkModel(manner, body, visit, fail);
      if (refused !== undefined) return refused;
      const work = { context, manner, visit, fail, body };
      if (isEdit) return compatibleEdits(work);
      return visit.path === "/chat/completions" ? compatibleChat(work) : compatibleImages(work);
    },
  };
}

const sold: ReadonlySet<string> = new Set([
  "/images/generations",
  "/images/edits",
  "/chat/completions",
]);

function list({ models, aboutModel }: CompatibleManner): JsonObject {
  const data = models.map((id) => ({ id, object: "model", root: id, ...aboutModel }));
  return { object: "list", data };
}

function checkModel(
  manner: CompatibleManner,
  body: JsonObject,
  visit: Visit,
  fail: Vendor["fail"],
): Answer | undefined {
  const model = body["model"];
  if (typeof model !== "string" || model === "") {
    return fail(manner.unfitStatus, visit, "Field required: model");
  }
  if (!/unknown|missing/.test(model)) return undefined;
  const error = manner.error(404, `The model \`${model}\` does not exist.`, "model");
  return { kind: "json", status: 404, value: { error } };
}
