import type { Failure } from "../../domain/failure.ts";
import type { JsonObject, JsonValue } from "../../domain/json.ts";
import type { FinishReason, ProviderImage } from "../../domain/output.ts";
import type { OutputEvent } from "../../domain/output-event.ts";
import type { ToolCall } from "../../domain/task.ts";
import type { Outcome, StreamStep } from "../outcome.ts";
import type { StreamEvent } from "../reply.ts";
import { googleEventFailure } from "./google-errors.ts";
import { googleUsage } from "./google-usage.ts";
import { type FailureCause, streamFailure, unfinishedStream } from "./http-failure.ts";
import { asBytes, asObject, asText, at } from "./read-json.ts";

/**
 * Puts an answer of generateContent together, from its one body or from the events
 * of its stream, which have the same form. Its first candidate counts. Thoughts are
 * told as reasoning, and the drafts that were drawn while thinking are left out.
 */
export class GoogleAnswer {
  readonly #kind: "images" | "chat";
  readonly #images: ProviderImage[] = [];
  readonly #toolCalls: ToolCall[] = [];
  #text = "";
  #reasoning = "";
  #drew = false;
  #usage: JsonObject = {};
  #finishReason: string | undefined;
  #finishMessage: string | undefined;
  #blockReason: string | undefined;
  #responseId: string | undefined;
  #modelVersion: string | undefined;
  #failure: Failure | undefined;

  constructor(kind: "images" | "chat") {
    this.#kind = kind;
  }

  /** Takes one event, or the whole body as one, and tells what is new in it. */
  read(event: StreamEvent): readonly StreamStep[] {
    const failure = googleEventFailure(event, this.#responseId);
    if (failure !== undefined) {
      this.#failure = failure;
      return [{ kind: "failed", failure }];
    }
    const chunk = event.data;
    this.#readEnvelope(chunk);
    const steps: StreamStep[] = [];
    const parts = at(chunk, "candidates", 0, "content", "parts");
    if (!Array.isArray(parts)) return steps;
    for (const part of parts as readonly JsonValue[]) {
      const output = this.#readPart(part);
      if (output !== undefined) steps.push({ kind: "output", event: output });
    }
    return steps;
  }

  /**
   * What the answer amounts to. Whether it is whole: a body is, and a stream is once a
   * reason to finish was seen.
   */
  outcome(whole: boolean): Outcome {
    if (this.#failure !== undefined) return { kind: "failed", failure: this.#failure };
    if (this.#blockReason !== undefined) {
      return this.#failed({ class: "refused", code: this.#blockReason });
    }
    if (!whole && this.#finishReason === undefined) {
      return { kind: "failed", failure: unfinishedStream(this.#responseId) };
    }
    return this.#kind === "images" ? this.#imageOutcome() : this.#chatOutcome();
  }

  #readEnvelope(chunk: JsonValue | undefined): void {
    const blockReason = asText(at(chunk, "promptFeedback", "blockReason"));
    // BLOCK_REASON_UNSPECIFIED and BLOCKED_REASON_UNSPECIFIED mean that nothing was blocked.
    if (blockReason?.endsWith("_UNSPECIFIED") === false) this.#blockReason = blockReason;
    const finishReason = asText(at(chunk, "candidates", 0, "finishReason"));
    if (finishReason?.endsWith("_UNSPECIFIED") === false) this.#finishReason = finishReason;
    this.#finishMessage =
      asText(at(chunk, "candidates", 0, "finishMessage")) ??
      asText(at(chunk, "promptFeedback", "blockReasonMessage")) ??
      this.#finishMessage;
    this.#responseId = asText(at(chunk, "responseId")) ?? this.#responseId;
    this.#modelVersion = asText(at(chunk, "modelVersion")) ?? this.#modelVersion;
    // Each event counts from the beginning, but not each has every count.
    const usage = asObject(at(chunk, "usageMetadata"));
    if (usage !== undefined) this.#usage = { ...this.#usage, ...usage };
  }

  #readPart(part: JsonValue): OutputEvent | undefined {
    const text = asText(at(part, "text"));
    if (at(part, "thought") === true) {
      if (text === undefined || this.#kind === "images") return undefined;
      this.#reasoning += text;
      return { kind: "reasoning", text };
    }
    if (text !== undefined) {
      this.#text += text;
      return this.#kind === "chat" ? { kind: "text", text } : undefined;
    }
    return this.#kind === "chat" ? this.#readCall(part) : this.#readImage(part);
  }

  #readImage(part: JsonValue): OutputEvent | undefined {
    const bytes = asBytes(at(part, "inlineData", "data"));
    if (bytes === undefined || !isImage(part)) return undefined;
    const image: ProviderImage = { content: { kind: "bytes", bytes } };
    this.#images.push(image);
    return { kind: "image", index: this.#images.length - 1, image };
  }

  #readCall(part: JsonValue): OutputEvent | undefined {
    const name = asText(at(part, "functionCall", "name"));
    if (name === undefined) {
      this.#drew ||= isImage(part);
      return undefined;
    }
    const index = this.#toolCalls.length;
    const id = asText(at(part, "functionCall", "id")) ?? this.#madeUpId(index);
    const call = { id, name, arguments: JSON.stringify(at(part, "functionCall", "args") ?? {}) };
    this.#toolCalls.push(call);
    return { kind: "tool_call", index, ...call };
  }

  /** Calls without an id get one that is theirs alone, also among the turns of a conversation. */
  #madeUpId(index: number): string {
    return this.#responseId === undefined ? `call_${index}` : `call_${this.#responseId}_${index}`;
  }

  #imageOutcome(): Outcome {
    if (this.#images.length > 0) return this.#done({ kind: "images", images: this.#images });
    const reason = this.#finishReason;
    return (
      this.#verdict() ??
      this.#failed({
        // Only the caller's own options limit the tokens of an image.
        class: reason === "MAX_TOKENS" ? "caller_fault" : "server_fault",
        code: reason,
        message:
          reason === "MAX_TOKENS"
            ? "The limit of tokens was reached before an image was drawn"
            : "The provider sent no image",
        // What it wrote and thought instead is on the bill.
        billed: reason === undefined ? undefined : true,
      })
    );
  }

  #chatOutcome(): Outcome {
    const reason = this.#finishReason;
    const empty = this.#text === "" && this.#toolCalls.length === 0;
    const verdict = empty ? this.#verdict() : undefined;
    if (verdict !== undefined) return verdict;
    if (empty && this.#drew) {
      const message = "The model drew where words were asked for";
      return this.#failed({ class: "unsupported_here", code: reason, message, billed: true });
    }
    if (isBroken(reason) || (empty && finishReasons[reason ?? ""] !== "length")) {
      return this.#failed({
        class: "server_fault",
        code: reason,
        message: empty ? "The provider sent an empty answer" : "The provider's answer is broken",
        billed: reason === undefined ? undefined : true,
      });
    }
    return this.#done({
      kind: "chat",
      text: this.#text,
      reasoning: this.#reasoning,
      toolCalls: this.#toolCalls,
      finishReason: this.#finish(reason),
    });
  }

  #finish(reason: string | undefined): FinishReason {
    if (isRefusal(reason)) return "content_filter";
    const finish = finishReasons[reason ?? ""] ?? "unspecified";
    return finish === "stop" && this.#toolCalls.length > 0 ? "tool_calls" : finish;
  }

  #done(output: Extract<Outcome, { readonly kind: "done" }>["output"]): Outcome {
    return {
      kind: "done",
      output,
      usage: googleUsage(this.#usage),
      upstreamId: this.#responseId,
      upstreamModel: this.#modelVersion,
      requestId: this.#responseId,
    };
  }

  /** What Google says of an answer without output. Undefined: only that there is none. */
  #verdict(): Outcome | undefined {
    const code = this.#finishReason;
    if (isRefusal(code)) return this.#failed({ class: "refused", code });
    // Google says that the caller chose the language; another model may speak it all the same.
    if (code === "LANGUAGE") return this.#failed({ class: "unsupported_here", code });
    return undefined;
  }

  #failed(cause: FailureCause): Outcome {
    const detail = this.#finishMessage ?? this.#text;
    return {
      kind: "failed",
      failure: streamFailure({
        detail,
        usage: googleUsage(this.#usage),
        ...cause,
        requestId: this.#responseId,
      }),
    };
  }
}

function isImage(part: JsonValue): boolean {
  return asText(at(part, "inlineData", "mimeType"))?.startsWith("image/") === true;
}

/** Reasons that mean a content filter or a content policy (v1beta and Vertex AI's MODEL_ARMOR, 2026-11-21). */
const refusals: ReadonlySet<string> = new Set([
  "SAFETY",
  "IMAGE_SAFETY",
  "PROHIBITED_CONTENT",
  "IMAGE_PROHIBITED_CONTENT",
  "BLOCKLIST",
  "SPII",
  "RECITATION",
  "IMAGE_RECITATION",
  "MODEL_ARMOR",
]);

function isRefusal(reason: string | undefined): boolean {
  return reason !== undefined && refusals.has(reason);
}

/** Reasons that mean that the model lost its thread. */
const faults: ReadonlySet<string> = new Set([
  "MALFORMED_FUNCTION_CALL",
  "MALFORMED_RESPONSE",
  "UNEXPECTED_TOOL_CALL",
  "TOO_MANY_TOOL_CALLS",
]);

function isBroken(reason: string | undefined): boolean {
  return reason !== undefined && faults.has(reason);
}

const finishReasons: Readonly<Record<string, FinishReason | undefined>> = {
  STOP: "stop",
  MAX_TOKENS: "length",
  // A long answer that could be asked to go on.
  CONTINUATION: "length",
};
