import { fromJsonString } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import {
  GenerateRequestSchema,
  StreamGenerateRequestSchema,
} from "../../gen/spillway/v1/generate_pb.ts";
import { unreadableJson } from "../../src/rpc/unreadable-json.ts";

const image = (options: unknown) => ({ model: "m", textToImage: { prompt: "p", options } });
const formats =
  "IMAGE_FORMAT_PNG, IMAGE_FORMAT_JPEG, IMAGE_FORMAT_WEBP, IMAGE_FORMAT_AVIF, IMAGE_FORMAT_GIF";

/** What is told of a document that Protobuf-ES refuses. */
function told(json: unknown, schema: typeof GenerateRequestSchema = GenerateRequestSchema) {
  const text = typeof json === "string" ? json : JSON.stringify(json);
  let problem = "";
  try {
    fromJsonString(schema, text);
    throw new TypeError("Protobuf-ES takes it");
  } catch (error) {
    if (error instanceof TypeError) throw error;
    problem = (error as Error).message;
  }
  return unreadableJson(schema, text, problem);
}

describe("JSON that is no message", () => {
  it.each<[string, unknown, string]>([
    [
      "a word that an enum does not have",
      image({ format: "BMP" }),
      `text_to_image.options.format: must be one of ${formats}`,
    ],
    [
      "a word without the name of its enum",
      image({ format: "png" }),
      `text_to_image.options.format: must be one of ${formats} (did you mean IMAGE_FORMAT_PNG?)`,
    ],
    ["a text in place of a message", { textToImage: "boat" }, "text_to_image: must be an object"],
    [
      "a number in place of a free object",
      { providerOptions: { a: 5 } },
      'provider_options["a"]: must be an object',
    ],
    ["a list in place of a message", { routing: [] }, "routing: must be an object"],
    ["a number in a list", { chat: { messages: [5] } }, "chat.messages[0]: must be an object"],
    ["an object in place of a list", { chat: { messages: {} } }, "chat.messages: must be a list"],
    ["nothing in a list", { fallbackModels: ["a", null] }, "fallback_models[1]: must be text"],
    [
      "part of a number",
      image({ count: 1.5 }),
      "text_to_image.options.count: must be a whole number",
    ],
    [
      "a number in place of a text",
      { labels: { a: "b", team: 5 } },
      'labels["team"]: must be text',
    ],
    [
      "a text in place of a number",
      { chat: { temperature: "warm" } },
      "chat.temperature: must be a number",
    ],
    [
      "a text in place of yes or no",
      {
        chat: {
          responseFormat: { jsonSchema: { name: "n", schema: {}, strict: "yes" } },
        },
      },
      "chat.response_format.json_schema.strict: must be true or false",
    ],
    [
      "what is no base64",
      { imageEdit: { images: [{ data: "%" }] } },
      "image_edit.images[0].data: must be base64 text",
    ],
    ["half of a pair", { model: "\ud800" }, "model: must be valid Unicode"],
    [
      "a field that is misspelt",
      { textToImage: { promt: "p" } },
      "text_to_image.promt: is not a field of spillway.v1.TextToImage (did you mean prompt?)",
    ],
    [
      "a field that is misspelt as Protobuf spells",
      { text_to_imag: {} },
      "text_to_imag: is not a field of spillway.v1.GenerateRequest (did you mean text_to_image?)",
    ],
    [
      "two tasks",
      { textToImage: {}, chat: {} },
      "task: is set more than once, by text_to_image and by chat",
    ],
    [
      "a field by both of its names",
      { endUser: "a", end_user: "b" },
      "end_user: is set more than once",
    ],
    ["a key twice", '{"model":"m","labels":{"a":"b","a":"c"}}', "a: is set more than once"],
    [
      "several mistakes",
      { model: 5, routing: { only: "openai" } },
      "model: must be text; routing.only: must be a list",
    ],
  ])("is told by its place and what is expected: %s", (_, json, words) => {
    const { reason, message, fieldViolations } = told(json);
    expect(reason).toBe("INVALID_REQUEST");
    expect(message).toBe(`The request is not valid: ${words}.`);
    expect(fieldViolations?.map(({ field, description }) => `${field}: ${description}`)).toEqual(
      words.split("; "),
    );
  });

  it("is told by its place inside of a request that carries another", () => {
    const json = { generate: image({ quality: "BEST" }) };
    const { fieldViolations } = unreadableJson(
      StreamGenerateRequestSchema,
      JSON.stringify(json),
      "",
    );
    expect(fieldViolations).toMatchObject([{ field: "generate.text_to_image.options.quality" }]);
  });

  it("repeats no value, and no key that may be anything", () => {
    const error = told({
      "a secret prompt": 1,
      model: { secret: 1 },
      textToImage: "secret",
      labels: { "a secret label": 1 },
    });
    expect(JSON.stringify(error)).not.toContain("secret");
    expect(error.fieldViolations).toMatchObject([
      { field: "?" },
      { field: "model" },
      { field: "text_to_image" },
      { field: 'labels["?"]' },
    ]);
  });

  it.each([
    ["", "The body is not JSON."],
    ["model=gpt", "The body is not JSON."],
    ['{"model":"a secret",}', "The body is not JSON: line 1, column 21."],
    ["[]", "The body is not a JSON object with the fields of spillway.v1.GenerateRequest."],
    ["null", "The body is not a JSON object with the fields of spillway.v1.GenerateRequest."],
  ])("is called what it is as a whole: %j", (text, message) => {
    expect(told(text)).toEqual({ reason: "INVALID_REQUEST", message, metadata: {} });
  });

  it("is not looked through to its end when it has no end", () => {
    const many = Array.from({ length: 200_000 }, () => "a");
    const { message } = told({ fallbackModels: many, model: 5 });
    expect(message).toBe("The body is not the JSON of the message that the method takes.");
  });
});
