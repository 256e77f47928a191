import type { JsonObject } from "../domain/json.ts";
import { badParameter, type OpenaiError } from "./openai-errors.ts";
import { checkOpenaiReasoning } from "./openai-reasoning-rules.ts";
import { asList, asObject, inWords, isWhole } from "./read-json.ts";

/** The fields of POST /chat/completions, as the OpenAPI document of August 2026 lists them. */
const fields: ReadonlySet<string> = new Set([
  "audio",
  "frequency_penalty",
  "function_call",
  "functions",
  "logit_bias",
  "logprobs",
  "max_completion_tokens",
  "max_tokens",
  "messages",
  "metadata",
  "modalities",
  "model",
  "moderation",
  "n",
  "parallel_tool_calls",
  "prediction",
  "presence_penalty",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "reasoning_effort",
  "response_format",
  "safety_identifier",
  "seed",
  "service_tier",
  "stop",
  "store",
  "stream",
  "stream_options",
  "temperature",
  "tool_choice",
  "tools",
  "top_logprobs",
  "top_p",
  "user",
  "verbosity",
  "web_search_options",
]);

const roles = ["developer", "system", "user", "assistant", "tool", "function"];

/** Checks the body of POST /chat/completions as OpenAI does. Undefined means that it is good. */
export function checkOpenaiChat(body: JsonObject): OpenaiError | undefined {
  for (const name of Object.keys(body)) {
    if (!fields.has(name)) {
      return badParameter(name, "unknown_parameter", `Unknown parameter: '${name}'.`);
    }
  }
  for (const name of ["model", "messages"]) {
    if (body[name] === undefined) {
      const message = `Missing required parameter: '${name}'.`;
      return badParameter(name, "missing_required_parameter", message);
    }
  }
  const messages = asList(body["messages"]);
  if (messages.length === 0) {
    const message = "Invalid 'messages': empty array. Expected an array with minimum length 1.";
    return badParameter("messages", "empty_array", message);
  }
  for (const [index, message] of messages.entries()) {
    const role = asObject(message)?.["role"];
    if (typeof role !== "string" || !roles.includes(role)) {
      const text = `Invalid value: '${String(role)}'. Supported values are: ${roles.map((name) => `'${name}'`).join(", ")}.`;
      return badParameter(`messages[${index}].role`, "invalid_value", text);
    }
  }
  return checkNumbers(body) ?? checkTogether(body) ?? checkOpenaiReasoning(body);
}

function checkNumbers(body: JsonObject): OpenaiError | undefined {
  const bounds = [
    ["temperature", 0, 2],
    ["top_p", 0, 1],
    ["frequency_penalty", -2, 2],
    ["presence_penalty", -2, 2],
  ] as const;
  for (const [name, least, most] of bounds) {
    const value = body[name];
    if (value === undefined || value === null) continue;
    if (typeof value !== "number") {
      return badParameter(name, "invalid_type", `Invalid type for '${name}': expected a decimal.`);
    }
    if (value < least || value > most) {
      const code = value > most ? "decimal_above_max_value" : "decimal_below_min_value";
      const message = `Invalid '${name}': expected a value between ${least} and ${most}, but got ${value} instead.`;
      return badParameter(name, code, message);
    }
  }
  for (const name of ["max_tokens", "max_completion_tokens"]) {
    const value = body[name];
    if (value !== undefined && value !== null && !isWhole(value, 1, Number.MAX_SAFE_INTEGER)) {
      const message = `Invalid '${name}': expected a value >= 1.`;
      return badParameter(name, "integer_below_min_value", message);
    }
  }
  return undefined;
}

function checkTogether(body: JsonObject): OpenaiError | undefined {
  const model = inWords(body["model"]);
  if (/^(gpt-5|o\d)/.test(model) && body["max_tokens"] !== undefined) {
    const message =
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
    return badParameter("max_tokens", "unsupported_parameter", message);
  }
  if (body["stream_options"] !== undefined && body["stream"] !== true) {
    const message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
    return badParameter("stream_options", "invalid_value", message);
  }
  if (asList(body["stop"]).length > 4) {
    const message = "Invalid 'stop': array too long. Expected an array with maximum length 4.";
    return badParameter("stop", "array_above_max_length", message);
  }
  if (body["tool_choice"] !== undefined && asList(body["tools"]).length === 0) {
    const message =
      "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.";
    return badParameter("tool_choice", "invalid_value", message);
  }
  return undefined;
}
