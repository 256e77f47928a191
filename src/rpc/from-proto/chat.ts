import type {
  Chat as ProtoChat,
  ResponseFormat as ProtoFormat,
  ChatPart as ProtoPart,
  Tool as ProtoTool,
  ToolChoice as ProtoToolChoice,
} from "../../../gen/spillway/v1/chat_pb.ts";
import type { ChatPart, ChatTask, ResponseFormat, Tool, ToolChoice } from "../../domain/task.ts";
import * as tables from "../enum-tables.ts";
import { imageInputFromProto } from "./image-input.ts";

/** Reads a chat that has passed validation. */
export function chatFromProto(chat: ProtoChat): ChatTask {
  return {
    operation: "chat",
    messages: chat.messages.map((message) => ({
      role: known(role(message.role), "role"),
      parts: message.parts.map(partFromProto),
    })),
    temperature: chat.temperature,
    topP: chat.topP,
    maxOutputTokens: chat.maxOutputTokens,
    stop: chat.stop,
    seed: chat.seed === undefined ? undefined : Number(chat.seed),
    tools: chat.tools.map(toolFromProto),
    toolChoice: toolChoiceFromProto(chat.toolChoice),
    responseFormat: responseFormatFromProto(chat.responseFormat),
    reasoningEffort: reasoningEffort(chat.reasoningEffort),
  };
}

const role = tables.reader(tables.role);
const toolChoiceMode = tables.reader(tables.toolChoiceMode);
const reasoningEffort = tables.reader(tables.reasoningEffort);

function partFromProto({ part }: ProtoPart): ChatPart {
  switch (part.case) {
    case "text":
      return { kind: "text", text: part.value };
    case "image":
      return { kind: "image", image: imageInputFromProto(part.value) };
    case "toolCall": {
      const { id, name, arguments: argumentsText } = part.value;
      return { kind: "tool_call", call: { id, name, arguments: argumentsText } };
    }
    case "toolResult":
      return {
        kind: "tool_result",
        toolCallId: part.value.toolCallId,
        content: part.value.content,
      };
    case undefined:
      throw new Error("a chat part without content passed validation");
  }
}

function toolFromProto({ name, description, parameters }: ProtoTool): Tool {
  return { name, description, parameters };
}

function toolChoiceFromProto(choice: ProtoToolChoice | undefined): ToolChoice | undefined {
  if (choice === undefined) return undefined;
  const mode = toolChoiceMode(choice.mode) ?? "auto";
  return mode === "required" && choice.name !== "" ? { mode, name: choice.name } : { mode };
}

function responseFormatFromProto(format: ProtoFormat | undefined): ResponseFormat | undefined {
  switch (format?.format.case) {
    case "text":
      return { kind: "text" };
    case "json":
      return { kind: "json" };
    case "jsonSchema": {
      const { name, schema, strict } = format.format.value;
      return { kind: "json_schema", name, schema: known(schema, "schema"), strict };
    }
    case undefined:
      return undefined;
  }
}

function known<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`a chat without a valid ${name} passed validation`);
  return value;
}
