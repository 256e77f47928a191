import type { JsonObject } from "../domain/json.ts";
import { badParameter, type OpenaiError } from "./openai-errors.ts";
import { inWords } from "./read-json.ts";

/** Checks the effort and the sampling of a chat, which depend on the model. Undefined means that they are good. */
export function checkOpenaiReasoning(body: JsonObject): OpenaiError | undefined {
  const model = inWords(body["model"]);
  const line = lines.find(({ models }) => models.test(model)) ?? otherLine;
  const asked = body["reasoning_effort"] ?? undefined;
  if (asked !== undefined && line.efforts.length === 0) {
    return badParameter(reasoning, "unsupported_parameter", unsupported(reasoning));
  }
  if (asked !== undefined && !line.efforts.includes(String(asked))) {
    const known = line.efforts.map((effort) => `'${effort}'`).join(", ");
    const message = `Unsupported value: '${asked}' is not supported with the '${model}' model. Supported values are: ${known}.`;
    return badParameter(reasoning, "unsupported_value", message);
  }
  if ((asked ?? line.atRest) === "none") return undefined;
  for (const name of ["temperature", "top_p"]) {
    const value = body[name] ?? undefined;
    // One is the default, and may be said.
    if (value !== undefined && value !== 1) {
      return badParameter(name, "unsupported_parameter", unsupported(name));
    }
  }
  return undefined;
}

const reasoning = "reasoning_effort";

function unsupported(name: string): string {
  return `Unsupported parameter: '${name}' is not supported with this model.`;
}

interface Line {
  readonly models: RegExp;
  /** The efforts that it takes. */
  readonly efforts: readonly string[];
  /** The effort that it has unasked. */
  readonly atRest: string;
}

const otherLine: Line = { models: /^/, efforts: [], atRest: "none" };

/** The lines that reason. The first that matches counts. */
const lines: readonly Line[] = [
  { models: /^gpt-5-chat/, efforts: [], atRest: "none" },
  { models: /^gpt-5\.\d+-chat/, efforts: [], atRest: "medium" },
  { models: /^gpt-5[.\d]*-pro/, efforts: ["medium", "high", "xhigh"], atRest: "medium" },
  { models: /^gpt-5\.1/, efforts: ["none", "low", "medium", "high"], atRest: "none" },
  { models: /^gpt-5\.[2-4]/, efforts: ["none", "low", "medium", "high", "xhigh"], atRest: "none" },
  { models: /^gpt-5\./, efforts: ["none", "low", "medium", "high", "xhigh"], atRest: "medium" },
  { models: /^gpt-5/, efforts: ["minimal", "low", "medium", "high"], atRest: "medium" },
  { models: /^o\d/, efforts: ["low", "medium", "high"], atRest: "medium" },
];
