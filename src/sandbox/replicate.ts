import { asObject } from "./read-json.ts";
import { replicateError } from "./replicate-errors.ts";
import { createReplicateFiles, type ReplicateFiles } from "./replicate-files.ts";
import { checkReplicateInput, findReplicateModel } from "./replicate-models.ts";
import { createPredictions, type Predictions } from "./replicate-predictions.ts";
import type { Answer, Vendor, VendorContext, Visit } from "./vendor.ts";

/**
 * Replicate: predictions by model, by version and by deployment, with `Prefer:
 * wait`, `Cancel-After`, polling and cancelling, and files for their inputs, as npm
 * `replicate` 1.4.0 and recorded traffic have them. Result files are served under
 * /replicate-delivery, and refuse requests that carry a credential.
 */
export function replicate(context: VendorContext): Vendor {
  const basePath = "/replicate/v1";
  const files = createReplicateFiles(context, basePath);
  const predictions = createPredictions(context, basePath, "/replicate-delivery", files);
  return {
    slug: "replicate",
    basePath,
    delaysItself: true,
    buys: ({ method, path }) => method === "POST" && createPath(path) !== undefined,
    fail: (status, _visit, message) => replicateError(status, message),
    throttle: (waitMs) => {
      const seconds = Math.ceil(waitMs / 1000);
      return {
        kind: "json",
        status: 429,
        headers: { "retry-after": String(seconds), "ratelimit-remaining": "0" },
        value: {
          detail: `Request was throttled. Your rate limit resets in ~${seconds}s.`,
          status: 429,
          retry_after: seconds,
        },
        tail: "\n",
      };
    },
    answer(visit) {
      const key = /^(?:Bearer|Token) (\S+)$/.exec(visit.header("authorization") ?? "")?.[1];
      if (key === undefined || key.includes("invalid")) return replicateError(401);
      if (visit.method === "GET" && visit.path === "/account") return account;
      const target = createPath(visit.path);
      if (visit.method === "POST" && target !== undefined) {
        return create(visit, target, predictions);
      }
      if (/^\/files(?:\/|$)/.test(visit.path)) return answerFile(visit, files);
      const [, id, action] = /^\/predictions\/([a-z0-9]+)(?:\/(cancel))?$/.exec(visit.path) ?? [];
      if (id === undefined) return replicateError(404);
      if (visit.method === "GET" && action === undefined) return predictions.get(id);
      if (visit.method === "POST" && action === "cancel") return predictions.cancel(id);
      return replicateError(404);
    },
  };
}

function answerFile(visit: Visit, files: ReplicateFiles): Answer {
  const { method, path } = visit;
  const id = path.slice("/files/".length);
  if (method === "POST" && id === "") return files.create(visit);
  if (method === "GET") return files.show(id);
  return method === "DELETE" ? files.remove(id) : replicateError(404);
}

/** What a path creates a prediction of: "version" for a version in the body, else the model. */
function createPath(path: string): string | undefined {
  if (path === "/predictions") return "version";
  return /^\/(?:models|deployments)\/([^/]+\/[^/]+)\/predictions$/.exec(path)?.[1];
}

function create(visit: Visit, target: string, predictions: Predictions): Answer | Promise<Answer> {
  const { body } = visit;
  if (body === undefined) return replicateError(400, "The request body is not valid JSON.");
  const allowed = ["input", "webhook", "webhook_events_filter", "stream"];
  if (target === "version") allowed.push("version");
  for (const name of Object.keys(body)) {
    if (!allowed.includes(name)) {
      return invalid([
        [name, "additional_property_not_allowed", `Additional property ${name} is not allowed`],
      ]);
    }
  }
  const version = body["version"];
  if (target === "version" && typeof version !== "string") {
    return invalid([["version", "required", "version is required"]]);
  }
  const model = target === "version" ? modelOf(String(version)) : target;
  if (model === undefined) {
    return replicateError(
      422,
      "The specified version does not exist (or perhaps you don't have permission to use it?)",
      "Invalid version or not permitted",
    );
  }
  if (/unknown|missing/.test(model)) return replicateError(404);
  const input = asObject(body["input"]);
  if (input === undefined) return invalid([["input", "required", "input is required"]]);
  const known = findReplicateModel(model);
  const problems = checkReplicateInput(known, input);
  if (problems.length > 0) return invalid(problems);
  return predictions.create(visit, model, known, input);
}

/** The model behind a version: 64 hexadecimal digits, with or without the name before them, or the name alone. */
function modelOf(version: string): string | undefined {
  if (/^[0-9a-f]{64}$/.test(version)) return "community/model";
  return /^([\w.-]+\/[\w.-]+)(?::[0-9a-f]{64})?$/.exec(version)?.[1];
}

function invalid(problems: readonly (readonly [string, string, string])[]): Answer {
  return {
    kind: "json",
    status: 422,
    contentType: "application/problem+json",
    value: {
      detail: problems.map(([field, , text]) => `- ${field}: ${text}\n`).join(""),
      status: 422,
      title: "Input validation failed",
      invalid_fields: problems.map(([field, type, description]) => ({ type, field, description })),
    },
    tail: "\n",
  };
}

const account: Answer = {
  kind: "json",
  status: 200,
  value: {
    type: "organization",
    username: "sandbox",
    name: "Sandbox",
    github_url: "https://github.com/sandbox",
  },
};
