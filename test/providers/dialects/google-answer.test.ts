import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../src/domain/json.ts";
import { GoogleAnswer } from "../../../src/providers/dialects/google-answer.ts";
import type { Outcome } from "../../../src/providers/outcome.ts";

const bytes = new Uint8Array([1, 2, 3]);
const image = { inlineData: { mimeType: "image/jpeg", data: bytes } };

describe("an answer without an image", () => {
  it.each([
    ["SAFETY", "refused"],
    ["IMAGE_SAFETY", "refused"],
    ["PROHIBITED_CONTENT", "refused"],
    ["IMAGE_PROHIBITED_CONTENT", "refused"],
    ["BLOCKLIST", "refused"],
    ["SPII", "refused"],
    ["RECITATION", "refused"],
    ["IMAGE_RECITATION", "refused"],
    ["MODEL_ARMOR", "refused"],
    ["LANGUAGE", "unsupported_here"],
    ["STOP", "server_fault"],
    ["MAX_TOKENS", "caller_fault"],
    ["NO_IMAGE", "server_fault"],
    ["IMAGE_OTHER", "server_fault"],
    ["OTHER", "server_fault"],
    ["MALFORMED_RESPONSE", "server_fault"],
    ["A_REASON_OF_TOMORROW", "server_fault"],
  ])("that ended with %s is %s", (finishReason, expected) => {
    const outcome = read("images", { finishReason });
    expect(outcome).toMatchObject({
      kind: "failed",
      failure: { class: expected, upstreamCode: finishReason },
    });
  });

  it.each(["NO_IMAGE", "MAX_TOKENS", "OTHER"])(
    "that ended with %s is billed by what was counted",
    (finishReason) => {
      const answer = new GoogleAnswer("images");
      const usageMetadata = { promptTokenCount: 14, totalTokenCount: 14 };
      answer.read({ name: "", data: { candidates: [{ finishReason }], usageMetadata } });
      expect(answer.outcome(true)).toMatchObject({
        failure: { billed: true, usage: { inputTokens: 14, outputTokens: 0 } },
      });
    },
  );

  it("brings the provider's words as detail and not as message", () => {
    const outcome = read("images", { finishReason: "OTHER", finishMessage: "Try rephrasing." });
    expect(outcome).toMatchObject({
      failure: { detail: "Try rephrasing.", message: "The provider sent no image (HTTP 200)." },
    });
  });

  it("is none for parts that are no image", () => {
    const parts = [
      { inlineData: { mimeType: "audio/wav", data: bytes } },
      { inlineData: { mimeType: "image/png", data: "not decoded" } },
      { inlineData: { data: bytes } },
      null,
    ];
    expect(read("images", { finishReason: "STOP" }, parts).kind).toBe("failed");
  });
});

describe("an answer with an image", () => {
  it.each(["STOP", "MAX_TOKENS", "SAFETY", undefined])("that ended with %s is kept", (reason) => {
    const outcome = read("images", { finishReason: reason }, [image]);
    expect(outcome).toMatchObject({ kind: "done", output: { images: [{ content: { bytes } }] } });
  });
});

describe("a blocked prompt", () => {
  it.each(["SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "JAILBREAK", "MODEL_ARMOR"])(
    "for %s is refused, in a body and in a stream",
    (blockReason) => {
      for (const whole of [true, false]) {
        const answer = new GoogleAnswer("chat");
        answer.read({ name: "", data: { promptFeedback: { blockReason } } });
        expect(answer.outcome(whole)).toMatchObject({
          failure: { class: "refused", upstreamCode: blockReason },
        });
      }
    },
  );

  it.each(["BLOCK_REASON_UNSPECIFIED", "BLOCKED_REASON_UNSPECIFIED"])(
    "for %s is not blocked",
    (blockReason) => {
      const answer = new GoogleAnswer("chat");
      const candidates = [{ content: { parts: [{ text: "Hi" }] }, finishReason: "STOP" }];
      answer.read({ name: "", data: { promptFeedback: { blockReason }, candidates } });
      expect(answer.outcome(true).kind).toBe("done");
    },
  );
});

describe("words", () => {
  const parts = [{ text: "Hi" }];

  it.each([
    ["STOP", "stop"],
    ["MAX_TOKENS", "length"],
    ["CONTINUATION", "length"],
    ["SAFETY", "content_filter"],
    ["RECITATION", "content_filter"],
    ["OTHER", "unspecified"],
    ["A_REASON_OF_TOMORROW", "unspecified"],
    [undefined, "unspecified"],
  ])("that ended with %s are an answer that ended with %s", (reason, finishReason) => {
    const outcome = read("chat", { finishReason: reason }, parts);
    expect(outcome).toMatchObject({ kind: "done", output: { text: "Hi", finishReason } });
  });

  it.each(["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS"])(
    "that ended with %s are a fault of the model",
    (reason) => {
      expect(read("chat", { finishReason: reason }, parts)).toMatchObject({
        failure: { class: "server_fault", upstreamCode: reason, billed: true },
      });
    },
  );

  it.each(["SAFETY", "LANGUAGE", "OTHER"])("that are none for %s are a failure", (reason) => {
    const classes = { SAFETY: "refused", LANGUAGE: "unsupported_here" };
    expect(read("chat", { finishReason: reason }, [])).toMatchObject({
      failure: { class: classes[reason as "SAFETY"] ?? "server_fault", upstreamCode: reason },
    });
  });

  it("that are none since the model drew are not asked for again there, and are billed", () => {
    const drawn = [{ inlineData: { mimeType: "image/png", data: "iVBO" } }];
    expect(read("chat", { finishReason: "STOP" }, drawn)).toMatchObject({
      failure: { class: "unsupported_here", billed: true },
    });
    expect(read("chat", { finishReason: "STOP" }, [...parts, ...drawn]).kind).toBe("done");
  });

  it("may be none when the limit was reached while thinking", () => {
    const thoughts = [{ text: "Hm", thought: true }];
    expect(read("chat", { finishReason: "MAX_TOKENS" }, thoughts)).toMatchObject({
      kind: "done",
      output: { text: "", reasoning: "Hm", finishReason: "length" },
    });
  });

  it("are unfinished when the stream ends without a reason", () => {
    const answer = new GoogleAnswer("chat");
    answer.read({ name: "", data: { candidates: [{ content: { parts } }] } });
    expect(answer.outcome(false)).toMatchObject({ failure: { class: "server_fault" } });
  });
});

describe("function calls", () => {
  it("get ids where they have none, of the answer where it has one", () => {
    const parts = [{ functionCall: { name: "a" } }, { functionCall: { name: "b", args: {} } }];
    const calls = (data: JsonValue) => {
      const answer = new GoogleAnswer("chat");
      return answer.read({ name: "", data }).map((step) => step.kind === "output" && step.event);
    };
    expect(calls({ candidates: [{ content: { parts } }] })).toEqual([
      { kind: "tool_call", index: 0, id: "call_0", name: "a", arguments: "{}" },
      { kind: "tool_call", index: 1, id: "call_1", name: "b", arguments: "{}" },
    ]);
    expect(calls({ candidates: [{ content: { parts } }], responseId: "r" })).toMatchObject([
      { id: "call_r_0" },
      { id: "call_r_1" },
    ]);
  });
});

describe("usage", () => {
  it("is that of the last event, completed by those before it", () => {
    const answer = new GoogleAnswer("chat");
    const parts = [{ text: "Hi" }];
    answer.read({ name: "", data: { usageMetadata: { promptTokenCount: 9 } } });
    answer.read({
      name: "",
      data: {
        candidates: [{ content: { parts }, finishReason: "STOP" }],
        usageMetadata: { candidatesTokenCount: 2, trafficType: "ON_DEMAND" },
      },
    });
    expect(answer.outcome(false)).toMatchObject({ usage: { inputTokens: 9, outputTokens: 2 } });
  });

  it("has images apart from words, read and written, and thoughts in what was written", () => {
    const answer = new GoogleAnswer("images");
    const usageMetadata = {
      promptTokenCount: 265,
      candidatesTokenCount: 1126,
      thoughtsTokenCount: 88,
      totalTokenCount: 1479,
      promptTokensDetails: [
        { modality: "TEXT", tokenCount: 7 },
        { modality: "IMAGE", tokenCount: 258 },
      ],
      candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: 1120 }],
    };
    const candidates = [{ content: { parts: [image] }, finishReason: "STOP" }];
    answer.read({ name: "", data: { candidates, usageMetadata } });
    expect(answer.outcome(true)).toMatchObject({
      usage: {
        inputTokens: 265,
        imageInputTokens: 258,
        outputTokens: 1214,
        reasoningTokens: 88,
        imageOutputTokens: 1120,
      },
    });
  });

  it("is unknown when nobody tells", () => {
    const outcome = read("chat", { finishReason: "STOP" }, [{ text: "Hi" }]);
    expect(outcome.kind === "done" && JSON.stringify(outcome.usage)).toBe("{}");
  });
});

function read(
  kind: "images" | "chat",
  candidate: Readonly<Record<string, JsonValue | undefined>>,
  parts?: readonly JsonValue[],
): Outcome {
  const answer = new GoogleAnswer(kind);
  answer.read({ name: "", data: { candidates: [{ ...candidate, content: { parts } }] } });
  return answer.outcome(true);
}
