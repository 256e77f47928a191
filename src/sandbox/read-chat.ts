import type { JsonObject, JsonValue } from "../domain/json.ts";
import type { ChatQuestion } from "./answer-chat.ts";
import { asList, asNumber, asObject, asText } from "./read-json.ts";

/** Reads the body of OpenAI's chat completions, which OpenRouter and many servers take as well. */
export function readChat(body: JsonObject, provider: string, model: string): ChatQuestion {
  const texts: string[] = [];
  let lastText = "";
  let images = 0;
  for (const value of asList(body["messages"])) {
    const message = asObject(value) ?? {};
    const text = contentText(message["content"]);
    images += countImages(message["content"]);
    texts.push(text);
    if (message["role"] === "user" || message["role"] === "tool") lastText = text;
  }
  return {
    provider,
    model,
    texts,
    lastText,
    images,
    tools: asList(body["tools"]).map((tool) => {
      const definition = asObject(asObject(tool)?.["function"]) ?? {};
      return {
        name: asText(definition["name"]) ?? "",
        parameters: asObject(definition["parameters"]),
      };
    }),
    toolChoice: readToolChoice(body["tool_choice"]),
    format: readFormat(asObject(body["response_format"])),
    maxTokens: asNumber(body["max_completion_tokens"]) ?? asNumber(body["max_tokens"]),
    stop: typeof body["stop"] === "string" ? [body["stop"]] : asList(body["stop"]).map(String),
  };
}

function contentText(content: JsonValue | undefined): string {
  if (typeof content === "string") return content;
  return asList(content)
    .map((part) => asText(asObject(part)?.["text"]) ?? "")
    .filter((text) => text !== "")
    .join(" ");
}

function countImages(content: JsonValue | undefined): number {
  return asList(content).filter((part) => asObject(part)?.["type"] === "image_url").length;
}

function readToolChoice(choice: JsonValue | undefined): string {
  if (typeof choice === "string") return choice;
  return asText(asObject(asObject(choice)?.["function"])?.["name"]) ?? "auto";
}

function readFormat(format: JsonObject | undefined): ChatQuestion["format"] {
  if (format?.["type"] === "json_object") return "json";
  if (format?.["type"] !== "json_schema") return "text";
  return asObject(asObject(format["json_schema"])?.["schema"]) ?? "json";
}
