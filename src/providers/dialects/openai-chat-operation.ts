import type { ChatCapabilities } from "../../domain/capabilities.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { ChatTask } from "../../domain/task.ts";
import type { HttpCall } from "../http-call.ts";
import type { AttemptTimeouts, CallTarget, OperationDialect } from "../provider.ts";
import type { OpenAiAnswers } from "./openai-answers.ts";
import { chatResult } from "./openai-chat-answer.ts";
import { readChatStream } from "./openai-chat-stream.ts";
import { postJson } from "./post-json.ts";

/** What a provider that speaks Chat Completions has of its own. */
export interface ChatWords {
  capabilities(upstreamModel: string): ChatCapabilities;
  readonly timeouts: AttemptTimeouts;
  /** The body for a task, without what makes it stream. */
  body(task: ChatTask, target: CallTarget, streamed: boolean): JsonObject;
  readonly answers: OpenAiAnswers;
  /** The call that carries a body. Undefined: it is posted to `/chat/completions`. */
  readonly call?: ((body: JsonObject) => HttpCall) | undefined;
  /** Whether a stream has to be asked for its usage. Undefined: it has to. */
  readonly usageOnRequest?: ((target: CallTarget) => boolean) | undefined;
}

/** Chat by an API of OpenAI's Chat Completions, in one answer or streamed. */
export function completionsChat(words: ChatWords): OperationDialect<ChatTask, ChatCapabilities> {
  const { answers, body, usageOnRequest = always } = words;
  const call = words.call ?? ((value) => postJson("/chat/completions", value));
  return {
    capabilities: words.capabilities,
    timeouts: words.timeouts,
    request: (task, target) => call(body(task, target, false)),
    result: (reply) => chatResult(reply, answers),
    stream: {
      request: (task, target) =>
        call({
          ...body(task, target, true),
          stream: true,
          // Without it a stream says nothing of tokens, and so of cost.
          stream_options: usageOnRequest(target) ? { include_usage: true } : undefined,
        }),
      open: () => readChatStream(answers),
    },
  };
}

function always(): boolean {
  return true;
}
