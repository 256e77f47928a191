import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { type ChatMessageSchema, Role } from "../../gen/spillway/v1/chat_pb.ts";
import {
  GenerateRequestSchema,
  StreamGenerateRequestSchema,
} from "../../gen/spillway/v1/generate_pb.ts";
import { validateGenerate } from "../../src/rpc/validate-generate.ts";

type Part = NonNullable<MessageInitShape<typeof ChatMessageSchema>["parts"]>[number];

const text: Part = { part: { case: "text", value: "hello" } };
const image: Part = {
  part: {
    case: "image",
    value: { source: { case: "data", value: new Uint8Array([1]) }, mimeType: "image/png" },
  },
};
const toolCall: Part = { part: { case: "toolCall", value: { id: "1", name: "f" } } };
const toolResult: Part = { part: { case: "toolResult", value: { toolCallId: "1" } } };

function request(...messages: readonly (readonly [Role, readonly Part[]])[]) {
  return create(GenerateRequestSchema, {
    model: "m",
    task: {
      case: "chat",
      value: { messages: messages.map(([role, parts]) => ({ role, parts: [...parts] })) },
    },
  });
}

describe("the parts of a chat", () => {
  it("are taken where their role has them", () => {
    const chat = request(
      [Role.SYSTEM, [text]],
      [Role.USER, [text, image]],
      [Role.ASSISTANT, [text, toolCall]],
      [Role.TOOL, [toolResult]],
    );
    expect(validateGenerate(GenerateRequestSchema, chat, chat)).toBeUndefined();
  });

  it.each([
    ["an image of the operator", Role.SYSTEM, image, "image", "ROLE_USER"],
    ["an image of the model", Role.ASSISTANT, image, "image", "ROLE_USER"],
    ["a tool call of the person", Role.USER, toolCall, "tool_call", "ROLE_ASSISTANT"],
    ["a tool result of the person", Role.USER, toolResult, "tool_result", "ROLE_TOOL"],
  ])("are refused elsewhere, by their paths: %s", (_, role, part, field, wanted) => {
    const chat = request([Role.USER, [text]], [role, [text, part]]);
    expect(validateGenerate(GenerateRequestSchema, chat, chat)).toMatchObject({
      reason: "INVALID_REQUEST",
      fieldViolations: [
        {
          field: `chat.messages[1].parts[1].${field}`,
          description: `can only be in a message of ${wanted}`,
        },
      ],
    });
  });

  it("are named by where the request is in the message that carries it", () => {
    const generate = request([Role.SYSTEM, [image]]);
    const message = create(StreamGenerateRequestSchema, { generate });
    expect(
      validateGenerate(StreamGenerateRequestSchema, message, message.generate)?.fieldViolations,
    ).toMatchObject([{ field: "generate.chat.messages[0].parts[0].image" }]);
  });
});
