import type { JsonObject, JsonValue } from "../../domain/json.ts";
import type {
  ChatMessage,
  ChatPart,
  ChatTask,
  ResponseFormat,
  Tool,
  ToolChoice,
} from "../../domain/task.ts";
import { isGoogleImageModel } from "./google-image-models.ts";
import { googleImagePart } from "./google-image-part.ts";
import { thinkingConfig, thinksInTokens } from "./google-thinking.ts";
import { asObject } from "./read-json.ts";

/** What a variant of generateContent wants to know of a model, to be talked with. */
export interface ChatStyle {
  readonly upstreamModel: string;
  /** Whether function calls carry ids. Vertex AI knows none. */
  readonly functionCallIds: boolean;
}

/** The body of a generateContent call for a chat (v1beta, @google/genai 3.1.0, 2026-11-21). */
export function googleChatRequest(task: ChatTask, style: ChatStyle): JsonObject {
  const instructions = task.messages.filter((message) => message.role === "system").flatMap(texts);
  return {
    systemInstruction: instructions.length === 0 ? undefined : { parts: instructions },
    contents: contents(task.messages, style),
    tools:
      task.tools.length === 0 ? undefined : [{ functionDeclarations: task.tools.map(declare) }],
    toolConfig: task.tools.length === 0 ? undefined : toolConfig(task.toolChoice),
    generationConfig: {
      // An image model left to itself draws, and bills a picture that a chat has no place for.
      responseModalities: isGoogleImageModel(style.upstreamModel) ? ["TEXT"] : undefined,
      temperature: task.temperature,
      topP: task.topP,
      maxOutputTokens: task.maxOutputTokens,
      stopSequences: task.stop.length === 0 ? undefined : task.stop,
      seed: task.seed,
      ...responseFormat(task.responseFormat),
      thinkingConfig:
        task.reasoningEffort === undefined
          ? undefined
          : thinkingConfig(style.upstreamModel, task.reasoningEffort),
    },
  };
}

function texts(message: ChatMessage): readonly JsonObject[] {
  return message.parts.flatMap((part) => (part.kind === "text" ? [{ text: part.text }] : []));
}

/**
 * The turns. The results of calls that were made together have to come in one turn,
 * and each names its function, whose name the calls before it tell.
 */
function contents(messages: readonly ChatMessage[], style: ChatStyle): readonly JsonObject[] {
  const turns: { readonly role: string; readonly parts: JsonObject[] }[] = [];
  const names = new Map<string, string>();
  let last: ChatMessage["role"] | undefined;
  for (const message of messages) {
    if (message.role === "system") continue;
    const parts = message.parts.map((part) => contentPart(part, names, style));
    const turn = turns.at(-1);
    if (message.role === "tool" && last === "tool") turn?.parts.push(...parts);
    else turns.push({ role: message.role === "assistant" ? "model" : "user", parts });
    last = message.role;
  }
  return turns;
}

function contentPart(part: ChatPart, names: Map<string, string>, style: ChatStyle): JsonObject {
  switch (part.kind) {
    case "text":
      return { text: part.text };
    case "image":
      return googleImagePart(part.image);
    case "tool_call": {
      const { id, name } = part.call;
      names.set(id, name);
      return {
        functionCall: {
          id: callId(id, style),
          name,
          args: callArguments(part.call.arguments),
        },
        // Gemini 3 answers 400 to a call without the signature of its thought. Ours does not
        // keep it, and this is what Google documents for that
        // (ai.google.dev/gemini-api/docs/thought-signatures, 2026-11-21).
        thoughtSignature: thinksInTokens(style.upstreamModel)
          ? undefined
          : "skip_thought_signature_validator",
      };
    }
    case "tool_result":
      return {
        functionResponse: {
          id: callId(part.toolCallId, style),
          name: names.get(part.toolCallId) ?? part.toolCallId,
          response: { output: part.content },
        },
      };
  }
}

function callId(id: string, style: ChatStyle): string | undefined {
  return style.functionCallIds && id !== "" ? id : undefined;
}

/** Arguments have to be an object: what is none, or no JSON, is handed over under a name. */
function callArguments(text: string): JsonObject {
  if (text.trim() === "") return {};
  try {
    const value = JSON.parse(text) as JsonValue;
    return asObject(value) ?? { value };
  } catch {
    return { value: text };
  }
}

function declare(tool: Tool): JsonObject {
  return {
    name: tool.name,
    description: tool.description,
    parametersJsonSchema: tool.parameters,
  };
}

function toolConfig(choice: ToolChoice | undefined): JsonObject | undefined {
  if (choice === undefined) return undefined;
  const functionCallingConfig = {
    mode: modes[choice.mode],
    allowedFunctionNames:
      choice.mode === "required" && choice.name !== undefined ? [choice.name] : undefined,
  };
  return { functionCallingConfig };
}

const modes = { auto: "AUTO", none: "NONE", required: "ANY" } as const;

function responseFormat(format: ResponseFormat | undefined): JsonObject | undefined {
  if (format === undefined || format.kind === "text") return undefined;
  return {
    responseMimeType: "application/json",
    responseJsonSchema: format.kind === "json_schema" ? withoutConst(format.schema) : undefined,
  };
}

/** `const` is not among the words that Google reads; an `enum` of one says the same (@google/genai 3.1.0). */
function withoutConst(schema: JsonObject): JsonObject {
  const entries = Object.entries(schema).map(([key, value]): [string, JsonValue | undefined] => {
    if (key === "const" && value !== undefined) return ["enum", [value]];
    if (schemaMaps.has(key)) return [key, eachValue(asObject(value) ?? {})];
    return schemaKeys.has(key) ? [key, subschema(value)] : [key, value];
  });
  return Object.fromEntries(entries);
}

function subschema(value: JsonValue | undefined): JsonValue | undefined {
  if (Array.isArray(value))
    return (value as readonly JsonValue[]).map((item) => subschema(item) ?? null);
  const object = asObject(value);
  return object === undefined ? value : withoutConst(object);
}

function eachValue(schemas: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, value]) => [name, subschema(value)]),
  );
}

/** Where JSON Schema has schemas by name, and where it has one or a list. */
const schemaMaps: ReadonlySet<string> = new Set(["properties", "$defs"]);
const schemaKeys: ReadonlySet<string> = new Set([
  "items",
  "prefixItems",
  "additionalProperties",
  "anyOf",
  "oneOf",
]);
