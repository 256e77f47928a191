import { describe, expect, it } from "vitest";
import type { ChatTask, TextToImageTask } from "../../src/domain/task.ts";
import { gemini } from "../../src/providers/gemini.ts";
import type { CallTarget } from "../../src/providers/provider.ts";
import { testCallId } from "./support.ts";

const target: CallTarget = {
  upstreamModel: "gemini-3.5-flash",
  settings: {},
  endUser: "",
  callId: testCallId,
  partialImages: 0,
  timeLeftMs: 1500,
};

describe("the path of a model", () => {
  it.each([
    ["gemini-3-pro-image", "/models/gemini-3-pro-image:generateContent"],
    ["models/gemini-3-pro-image", "/models/gemini-3-pro-image:generateContent"],
    ["tunedModels/mine-1", "/tunedModels/mine-1:generateContent"],
    ["../files/abc?x=1", "/models/..%2Ffiles%2Fabc%3Fx%3D1:generateContent"],
    ["models/../../v1/files", "/models/..%2F..%2Fv1%2Ffiles:generateContent"],
  ])("of %s leads nowhere else", (upstreamModel, path) => {
    expect(imageCall({ count: 1 }, upstreamModel).path).toBe(path);
  });

  it("asks the server to give up when we do, rounded up to whole seconds", () => {
    expect(imageCall({ count: 1 }).headers).toEqual({ "x-server-timeout": "2" });
  });
});

describe("the images of a model", () => {
  it.each([
    ["gemini-3-pro-image", ["1K", "2K", "4K"], 10],
    ["gemini-3-pro-image-preview", ["1K", "2K", "4K"], 10],
    ["models/gemini-3-pro-image", ["1K", "2K", "4K"], 10],
    ["publishers/google/models/gemini-3.1-flash-image", ["1K", "2K", "4K"], 14],
    ["gemini-nano-banana-2.1", ["1K", "2K", "4K"], 14],
    ["gemini-3.1-flash-image", ["1K", "2K", "4K"], 14],
    ["gemini-3.1-flash-lite-image", ["1K"], 10],
    ["gemini-2.5-flash-image", [], 10],
    ["a-model-of-tomorrow", [], 10],
  ])("of %s come in %j and %i ratios", (upstreamModel, resolutions, ratios) => {
    const capabilities = gemini.operations.text_to_image?.capabilities(upstreamModel, {});
    expect(capabilities).toMatchObject({
      maxCountPerCall: 1,
      resolutions,
      seed: { least: 0, most: 2 ** 31 - 1 },
      delivery: "bytes",
    });
    expect(capabilities?.size).toMatchObject({ kind: "ratio" });
    if (capabilities?.size?.kind === "ratio") {
      expect(capabilities.size.ratios).toHaveLength(ratios);
    }
    expect(capabilities?.formats ?? []).toEqual([]);
    expect(capabilities?.qualities ?? []).toEqual([]);
  });

  it("are asked for without a shape when none is wanted", () => {
    expect(generationConfig(imageCall({ count: 1 }))).toEqual({ responseModalities: ["IMAGE"] });
  });

  it("have the seed that is asked for", () => {
    for (const seed of [0, 7, 2 ** 31 - 1]) {
      expect(generationConfig(imageCall({ count: 1, seed }))["seed"]).toBe(seed);
    }
  });
});

describe("an edit", () => {
  it.each([
    ["gemini-3-pro-image", 14],
    ["gemini-nano-banana-2.1", 14],
    ["gemini-3.1-flash-lite-image", 14],
    ["gemini-2.5-flash-image", 3],
    ["a-model-of-tomorrow", 3],
  ])("by %s takes %i images and no mask", (upstreamModel, maxInputImages) => {
    const capabilities = gemini.operations.image_edit?.capabilities(upstreamModel, {});
    expect(capabilities).toMatchObject({ maxInputImages, maxCountPerCall: 1 });
    expect(capabilities?.mask).toBeUndefined();
    expect(capabilities?.inputUrls).toBeUndefined();
  });
});

describe("thinking", () => {
  it.each([
    ["gemini-3.5-flash", "none", { thinkingLevel: "minimal" }],
    ["gemini-3.5-flash", "minimal", { thinkingLevel: "minimal", includeThoughts: true }],
    ["gemini-3.5-flash", "high", { thinkingLevel: "high", includeThoughts: true }],
    ["gemini-3.8-flash", "minimal", { thinkingLevel: "low", includeThoughts: true }],
    ["gemini-3.1-pro-preview", "none", { thinkingLevel: "low" }],
    ["gemini-pro-latest", "none", { thinkingLevel: "low" }],
    ["gemini-3.5-flash-lite", "minimal", { thinkingLevel: "minimal", includeThoughts: true }],
    ["gemini-2.5-flash", "none", { thinkingBudget: 0 }],
    ["gemini-2.5-flash", "medium", { thinkingBudget: 8192, includeThoughts: true }],
    ["gemini-2.5-pro", "none", { thinkingBudget: 128 }],
    ["gemini-2.5-pro", "high", { thinkingBudget: 24_576, includeThoughts: true }],
  ] as const)("of %s with effort %s", (upstreamModel, reasoningEffort, expected) => {
    const config = generationConfig(chatCall({ reasoningEffort }, upstreamModel));
    expect(config["thinkingConfig"]).toEqual(expected);
  });

  it("is not spoken of unless asked for", () => {
    expect(generationConfig(chatCall({}))).toEqual({});
  });
});

describe("a chat", () => {
  it.each([
    ["gemini-3.5-flash", true],
    ["gemini-2.5-pro", true],
    ["gemini-3-pro-image", false],
    ["gemini-nano-banana-2.1", false],
  ])("with %s can call functions: %s", (upstreamModel, tools) => {
    const capabilities = gemini.operations.chat?.capabilities(upstreamModel, {});
    expect(capabilities).toMatchObject({
      tools,
      jsonSchema: tools,
      reasoningEffort: tools,
      imageInput: true,
      maxStop: 5,
    });
  });

  it.each([
    ["gemini-3-pro-image", { responseModalities: ["TEXT"] }],
    ["models/gemini-nano-banana-2.1", { responseModalities: ["TEXT"] }],
    ["gemini-3.5-flash", {}],
  ])("with %s asks for words alone where it could draw", (upstreamModel, config) => {
    expect(generationConfig(chatCall({}, upstreamModel))).toEqual(config);
  });

  it("collects what the system says in front, wherever it stands", () => {
    const body = bodyOf(
      chatCall({
        messages: [
          { role: "user", parts: [{ kind: "text", text: "one" }] },
          { role: "system", parts: [{ kind: "text", text: "first" }] },
          { role: "assistant", parts: [{ kind: "text", text: "two" }] },
          { role: "system", parts: [{ kind: "text", text: "second" }] },
        ],
      }),
    );
    expect(body["systemInstruction"]).toEqual({ parts: [{ text: "first" }, { text: "second" }] });
    expect(body["contents"]).toEqual([
      { role: "user", parts: [{ text: "one" }] },
      { role: "model", parts: [{ text: "two" }] },
    ]);
  });

  it("shows images as bytes alone", () => {
    const image = { kind: "url", url: "https://a.example/cat.png", mimeType: "" } as const;
    const messages: ChatTask["messages"] = [{ role: "user", parts: [{ kind: "image", image }] }];
    expect(gemini.operations.chat?.capabilities("gemini-3.5-flash", {}).imageUrls).toBeUndefined();
    expect(() => chatCall({ messages })).toThrow("must be bytes");
  });

  it("tells a result's function by the latest call with its id", () => {
    const turn = (name: string) =>
      [
        {
          role: "assistant",
          parts: [{ kind: "tool_call", call: { id: "call_0", name, arguments: "[1]" } }],
        },
        { role: "tool", parts: [{ kind: "tool_result", toolCallId: "call_0", content: "ok" }] },
      ] as const;
    const unknown = { kind: "tool_result", toolCallId: "lost", content: "?" } as const;
    const messages: ChatTask["messages"] = [
      ...turn("weather"),
      ...turn("clock"),
      { role: "user", parts: [{ kind: "text", text: "and?" }] },
      { role: "tool", parts: [unknown] },
    ];
    const contents = JSON.stringify(bodyOf(chatCall({ messages }))["contents"]);
    const names = [...contents.matchAll(/"functionResponse":\{"id":"\w+","name":"(\w+)"/g)];
    expect(names.map(([, name]) => name)).toEqual(["weather", "clock", "lost"]);
    expect(contents).toContain('"args":{"value":[1]}');
  });

  it("replays calls to models of old without a signature", () => {
    const call = { id: "a", name: "clock", arguments: "not json" };
    const messages: ChatTask["messages"] = [
      { role: "assistant", parts: [{ kind: "tool_call", call }] },
    ];
    expect(bodyOf(chatCall({ messages }, "gemini-2.5-flash"))["contents"]).toEqual([
      {
        role: "model",
        parts: [{ functionCall: { id: "a", name: "clock", args: { value: "not json" } } }],
      },
    ]);
  });

  it.each([
    [{ mode: "auto" }, { mode: "AUTO" }],
    [{ mode: "none" }, { mode: "NONE" }],
    [{ mode: "required" }, { mode: "ANY" }],
    [
      { mode: "required", name: "clock" },
      { mode: "ANY", allowedFunctionNames: ["clock"] },
    ],
  ] as const)("words the choice of tools %j", (toolChoice, functionCallingConfig) => {
    const tools = [{ name: "clock", description: "" }];
    const body = bodyOf(chatCall({ tools, toolChoice }));
    expect(body["toolConfig"]).toEqual({ functionCallingConfig });
    expect(bodyOf(chatCall({ toolChoice }))).not.toHaveProperty("toolConfig");
  });

  it("asks for JSON, and for a schema in the words that Google reads", () => {
    const json = generationConfig(chatCall({ responseFormat: { kind: "json" } }));
    expect(json).toEqual({ responseMimeType: "application/json" });
    const schema = {
      type: "object",
      properties: {
        const: { const: "a property may have this name" },
        list: { type: "array", items: { anyOf: [{ const: 1 }, { type: "string" }] } },
      },
      $defs: { x: { const: null } },
      additionalProperties: false,
      required: ["const"],
    };
    const responseFormat = { kind: "json_schema", name: "n", schema, strict: true } as const;
    expect(generationConfig(chatCall({ responseFormat }))["responseJsonSchema"]).toEqual({
      type: "object",
      properties: {
        const: { enum: ["a property may have this name"] },
        list: { type: "array", items: { anyOf: [{ enum: [1] }, { type: "string" }] } },
      },
      $defs: { x: { enum: [null] } },
      additionalProperties: false,
      required: ["const"],
    });
  });
});

function imageCall(options: TextToImageTask["options"], upstreamModel = "gemini-3-pro-image") {
  const task = { operation: "text_to_image", prompt: "p", negativePrompt: "", options } as const;
  const call = gemini.operations.text_to_image?.request(task, { ...target, upstreamModel });
  if (call === undefined) throw new Error("gemini makes images");
  return call;
}

function chatCall(parts: Partial<ChatTask>, upstreamModel = target.upstreamModel) {
  const task: ChatTask = { operation: "chat", messages: [], stop: [], tools: [], ...parts };
  const call = gemini.operations.chat?.request(task, { ...target, upstreamModel });
  if (call === undefined) throw new Error("gemini talks");
  return call;
}

function bodyOf(call: ReturnType<typeof chatCall>): Record<string, unknown> {
  if (call.body?.kind !== "json") throw new Error("the body is JSON");
  return JSON.parse(JSON.stringify(call.body.value));
}

function generationConfig(call: ReturnType<typeof chatCall>): Record<string, unknown> {
  return bodyOf(call)["generationConfig"] as Record<string, unknown>;
}
