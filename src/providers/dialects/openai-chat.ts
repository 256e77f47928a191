import type { JsonObject, JsonValue } from "../../domain/json.ts";
import type { ChatMessage, ChatPart, ChatTask, ResponseFormat, Tool } from "../../domain/task.ts";
import type { CallTarget } from "../provider.ts";
import { imageAddress } from "./image-address.ts";

/**
 * The body of `POST /chat/completions` for a task: what the caller asked and nothing
 * else, since fields that are undefined are not written. How a provider words the limit of tokens, the effort of reasoning, the end
 * user and the stream is its own, so they are not in here.
 */
export function chatBody(task: ChatTask, model: string): JsonObject {
  const { tools, toolChoice, stop } = task;
  return {
    model,
    messages: task.messages.flatMap(messagesOf),
    temperature: task.temperature,
    top_p: task.topP,
    stop: stop.length > 0 ? stop : undefined,
    seed: task.seed,
    tools: tools.length > 0 ? tools.map(toolOf) : undefined,
    tool_choice:
      toolChoice?.name === undefined
        ? toolChoice?.mode
        : { type: "function", function: { name: toolChoice.name } },
    response_format: responseFormatOf(task.responseFormat),
  };
}

/** The field that names the caller's own user, or none when there is none. */
export function endUser(target: CallTarget): JsonObject {
  return present("user", target.endUser || undefined);
}

/** An object with one field, or with none when the value is undefined. */
export function present(name: string, value: JsonValue | undefined): JsonObject {
  return value === undefined ? {} : { [name]: value };
}

/** Each tool result is a message of its own here; the other parts stay together. */
function messagesOf(message: ChatMessage): JsonObject[] {
  const messages: JsonObject[] = [];
  const content: ContentPart[] = [];
  const toolCalls: JsonObject[] = [];
  for (const part of message.parts) {
    switch (part.kind) {
      case "tool_result":
        messages.push({ role: "tool", tool_call_id: part.toolCallId, content: part.content });
        break;
      case "tool_call": {
        const { id, name } = part.call;
        toolCalls.push({
          id,
          type: "function",
          function: { name, arguments: part.call.arguments },
        });
        break;
      }
      default:
        content.push(part);
    }
  }
  if (content.length > 0 || toolCalls.length > 0) {
    messages.push({
      role: message.role,
      content: contentOf(content),
      tool_calls: toolCalls.length > 0 ? toolCalls : undefined,
    });
  }
  return messages;
}

type ContentPart = Extract<ChatPart, { kind: "text" | "image" }>;

/** Nothing but text goes as one plain string, since some compatible servers take nothing else. */
function contentOf(parts: readonly ContentPart[]): JsonValue {
  if (parts.length === 0) return null;
  if (parts.every((part) => part.kind === "text")) {
    return parts.map(({ text }) => text).join("\n");
  }
  return parts.map((part) =>
    part.kind === "text"
      ? { type: "text", text: part.text }
      : { type: "image_url", image_url: { url: imageAddress(part.image) } },
  );
}

function toolOf(tool: Tool): JsonObject {
  return {
    type: "function",
    function: {
      name: tool.name,
      description: tool.description === "" ? undefined : tool.description,
      parameters: tool.parameters,
    },
  };
}

/** Text is what every server answers with, so it is not asked for. */
function responseFormatOf(format: ResponseFormat | undefined): JsonObject | undefined {
  if (format === undefined || format.kind === "text") return undefined;
  if (format.kind === "json") return { type: "json_object" };
  const { name, schema, strict } = format;
  return {
    type: "json_schema",
    json_schema: { name, schema, strict: strict || undefined },
  };
}
