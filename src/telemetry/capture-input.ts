import type { ChatPart, Task } from "../domain/task.ts";

/**
 * The words of a task as the GenAI conventions write them (`gen_ai.input.messages`,
 * a JSON text). Only for operators who switched content capture on. Images are
 * named, not copied.
 */
export function captureInput(task: Task): string {
  return JSON.stringify(messagesOf(task));
}

function messagesOf(task: Task): unknown {
  if (task.operation === "chat") {
    return task.messages.map(({ role, parts }) => ({ role, parts: parts.map(captured) }));
  }
  const prompt = task.operation === "image_upscale" ? "" : task.prompt;
  return [{ role: "user", parts: [{ type: "text", content: prompt }] }];
}

function captured(part: ChatPart): unknown {
  switch (part.kind) {
    case "text":
      return { type: "text", content: part.text };
    case "image":
      return { type: "image" };
    case "tool_call":
      return { type: "tool_call", ...part.call };
    case "tool_result":
      return { type: "tool_call_response", id: part.toolCallId, result: part.content };
  }
}
