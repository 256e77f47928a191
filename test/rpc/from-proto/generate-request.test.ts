import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { ReasoningEffort, Role, ToolChoiceMode } from "../../../gen/spillway/v1/chat_pb.ts";
import {
  DuplicateSpend,
  GenerateRequestSchema,
  ParameterMode,
  RefusalPolicy,
} from "../../../gen/spillway/v1/generate_pb.ts";
import {
  Background,
  Delivery,
  ImageFormat,
  MaskPolarity,
  Quality,
  Resolution,
} from "../../../gen/spillway/v1/image_pb.ts";
import { generateRequestFromProto } from "../../../src/rpc/from-proto/generate-request.ts";

function read(init: MessageInitShape<typeof GenerateRequestSchema>) {
  return generateRequestFromProto(create(GenerateRequestSchema, init));
}

describe("generateRequestFromProto", () => {
  it("fills in the defaults", () => {
    expect(read({ model: "m", task: { case: "textToImage", value: { prompt: "p" } } })).toEqual({
      model: "m",
      fallbackModels: [],
      task: { operation: "text_to_image", prompt: "p", negativePrompt: "", options: { count: 1 } },
      routing: {
        only: [],
        exclude: [],
        order: [],
        maxAttempts: 4,
        routingKey: "",
        duplicateSpend: "allow",
      },
      idempotencyKey: "",
      parameterMode: "adapt",
      providerOptions: {},
      endUser: "",
      labels: {},
    });
    const upscale = read({
      model: "m",
      task: {
        case: "imageUpscale",
        value: { image: { source: { case: "url", value: "https://a/b" } } },
      },
    });
    expect(upscale.task).toMatchObject({
      scaleFactor: 2,
      image: { kind: "url", url: "https://a/b" },
    });
  });

  it("reads everything that a request can say", () => {
    const request = read({
      model: "openai/gpt-image-2",
      fallbackModels: ["imagen-4"],
      task: {
        case: "textToImage",
        value: {
          prompt: "p",
          negativePrompt: "n",
          options: {
            count: 3,
            size: { case: "aspectRatio", value: "16:9" },
            resolution: Resolution.RESOLUTION_2K,
            quality: Quality.HIGH,
            background: Background.TRANSPARENT,
            seed: 9007199254740991n,
            format: ImageFormat.WEBP,
            compression: 0,
            delivery: Delivery.URL,
          },
        },
      },
      routing: {
        only: ["a"],
        exclude: ["b"],
        order: ["c"],
        maxAttempts: 2,
        maxCostMicros: 0n,
        routingKey: "k",
        onRefusal: RefusalPolicy.NEXT,
        duplicateSpend: DuplicateSpend.FORBID,
      },
      idempotencyKey: "i",
      parameterMode: ParameterMode.STRICT,
      providerOptions: { openai: { deep: { list: [1, "two", null, true] } } },
      endUser: "u",
      labels: { team: "red" },
    });
    expect(request).toEqual({
      model: "openai/gpt-image-2",
      fallbackModels: ["imagen-4"],
      task: {
        operation: "text_to_image",
        prompt: "p",
        negativePrompt: "n",
        options: {
          count: 3,
          size: { kind: "aspect_ratio", width: 16, height: 9 },
          resolution: "2K",
          quality: "high",
          background: "transparent",
          seed: Number.MAX_SAFE_INTEGER,
          format: "webp",
          compression: 0,
          delivery: "url",
        },
      },
      routing: {
        only: ["a"],
        exclude: ["b"],
        order: ["c"],
        maxAttempts: 2,
        maxCostMicros: 0,
        routingKey: "k",
        onRefusal: "next",
        duplicateSpend: "forbid",
      },
      idempotencyKey: "i",
      parameterMode: "strict",
      providerOptions: { openai: { deep: { list: [1, "two", null, true] } } },
      endUser: "u",
      labels: { team: "red" },
    });
  });

  it("does not copy the bytes of images", () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const input = { source: { case: "data" as const, value: bytes }, mimeType: "image/png" };
    const { task } = read({
      model: "m",
      task: {
        case: "imageEdit",
        value: {
          prompt: "p",
          images: [input],
          mask: input,
          maskPolarity: MaskPolarity.WHITE_IS_EDITED,
          options: { size: { case: "pixels", value: { width: 64, height: 32 } } },
        },
      },
    });
    if (task.operation !== "image_edit") throw new Error("another task");
    expect(task.images[0]?.kind === "bytes" && task.images[0].bytes).toBe(bytes);
    expect(task.mask?.kind === "bytes" && task.mask.bytes).toBe(bytes);
    expect(task.maskPolarity).toBe("white_is_edited");
    expect(task.options.size).toEqual({ kind: "pixels", width: 64, height: 32 });
  });

  it("reads a chat", () => {
    const { task } = read({
      model: "m",
      task: {
        case: "chat",
        value: {
          messages: [
            { role: Role.SYSTEM, parts: [{ part: { case: "text", value: "be brief" } }] },
            {
              role: Role.USER,
              parts: [
                {
                  part: { case: "image", value: { source: { case: "url", value: "https://a/b" } } },
                },
              ],
            },
            {
              role: Role.ASSISTANT,
              parts: [
                { part: { case: "toolCall", value: { id: "c", name: "f", arguments: "{}" } } },
              ],
            },
            {
              role: Role.TOOL,
              parts: [{ part: { case: "toolResult", value: { toolCallId: "c", content: "42" } } }],
            },
          ],
          temperature: 0,
          maxOutputTokens: 100,
          stop: ["END"],
          tools: [{ name: "f", description: "d", parameters: { type: "object" } }],
          toolChoice: { mode: ToolChoiceMode.REQUIRED, name: "f" },
          responseFormat: {
            format: {
              case: "jsonSchema",
              value: { name: "s", schema: { type: "object" }, strict: true },
            },
          },
          reasoningEffort: ReasoningEffort.LOW,
        },
      },
    });
    expect(task).toEqual({
      operation: "chat",
      messages: [
        { role: "system", parts: [{ kind: "text", text: "be brief" }] },
        {
          role: "user",
          parts: [{ kind: "image", image: { kind: "url", url: "https://a/b", mimeType: "" } }],
        },
        {
          role: "assistant",
          parts: [{ kind: "tool_call", call: { id: "c", name: "f", arguments: "{}" } }],
        },
        { role: "tool", parts: [{ kind: "tool_result", toolCallId: "c", content: "42" }] },
      ],
      temperature: 0,
      topP: undefined,
      maxOutputTokens: 100,
      stop: ["END"],
      seed: undefined,
      tools: [{ name: "f", description: "d", parameters: { type: "object" } }],
      toolChoice: { mode: "required", name: "f" },
      responseFormat: { kind: "json_schema", name: "s", schema: { type: "object" }, strict: true },
      reasoningEffort: "low",
    });
  });
});
