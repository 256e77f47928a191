import { createAlibaba } from "@ai-sdk/alibaba";
import { generateText } from "ai";
import OpenAI from "openai";
import type { Job } from "../../src/domain/job.ts";
import type { ImageEditTask, TextToImageTask } from "../../src/domain/task.ts";
import { alibaba } from "../../src/providers/alibaba.ts";
import type { HttpCall } from "../../src/providers/http-call.ts";
import { type AcceptedDifference, loneText, saysJson, saysStream } from "./accepted-differences.ts";
import { askRich, askText, askTextStream } from "./ai-sdk-call.ts";
import { type RequestPair, testSameRequests } from "./compare-requests.ts";
import { noAccount, richCompletion } from "./openai-sdk-chat.ts";
import { requestOf, send, target, testKey } from "./our-request.ts";
import { plainChat, plainImage, richChat } from "./tasks.ts";

const model = "qwen3.7-plus";
const prefix = "/compatible-mode/v1";
const messages = [{ role: "user" as const, content: "What is the capital of Peru?" }];
const task: Job = { id: "a1b2c3d4-0000-4000-8000-00000000000a", waitMs: 1000, state: {} };
const ai = (origin: string) =>
  createAlibaba({ apiKey: testKey, baseURL: origin + prefix, videoBaseURL: origin });
const sdk = (origin: string) =>
  new OpenAI({ ...noAccount, apiKey: testKey, baseURL: origin + prefix, maxRetries: 0 });

const lone = loneText("What is the capital of Peru?");
const noThoughtsKept: AcceptedDifference = {
  at: "body.preserve_thinking",
  theirs: true,
  because: "It makes the model read its earlier thoughts, and our messages carry none.",
};

/** Asks what `plainChat` asks, with so much thinking. */
function askThinking(origin: string, reasoning: "none" | "high"): Promise<unknown> {
  const prompt = messages[0]?.content ?? "";
  return generateText({ model: ai(origin)(model), prompt, reasoning, maxRetries: 0 });
}

const pairs: readonly RequestPair[] = [
  {
    name: "a plain chat, as npm openai asks for it",
    ours: ours(requestOf(alibaba, plainChat, target(model))),
    theirs: (origin) => sdk(origin).chat.completions.create({ model, messages }),
    accepted: [],
  },
  {
    name: "a plain chat, as @ai-sdk/alibaba asks for it",
    ours: ours(requestOf(alibaba, plainChat, target(model))),
    theirs: (origin) => askText(ai(origin)(model)),
    accepted: [saysJson, noThoughtsKept, ...lone],
  },
  {
    name: "a chat with tools, an image and a schema, as npm openai asks for it",
    ours: ours(requestOf(alibaba, richChat, target(model))),
    theirs: (origin) =>
      sdk(origin).chat.completions.create({ ...richCompletion, model, max_tokens: 200 }),
    accepted: [],
  },
  {
    name: "a chat with tools, an image and a schema, as @ai-sdk/alibaba asks for it",
    ours: ours(requestOf(alibaba, richChat, target(model))),
    theirs: (origin) => askRich(ai(origin)(model)),
    accepted: [
      saysJson,
      noThoughtsKept,
      {
        at: "body.response_format.json_schema.strict",
        ours: true,
        because: "We were told to be strict; their client has no way to say it.",
      },
    ],
  },
  {
    name: "a chat without thinking, as @ai-sdk/alibaba asks for it",
    ours: ours(requestOf(alibaba, { ...plainChat, reasoningEffort: "none" }, target(model))),
    theirs: (origin) => askThinking(origin, "none"),
    accepted: [saysJson, noThoughtsKept, ...lone],
  },
  {
    name: "a chat with much thinking, as @ai-sdk/alibaba asks for it",
    ours: ours(requestOf(alibaba, { ...plainChat, reasoningEffort: "high" }, target(model))),
    theirs: (origin) => askThinking(origin, "high"),
    accepted: [saysJson, noThoughtsKept, ...lone],
  },
  {
    name: "a streamed chat, as npm openai asks for it",
    ours: ours(requestOf(alibaba, plainChat, target(model), true)),
    theirs: (origin) =>
      sdk(origin).chat.completions.create({
        model,
        messages,
        stream: true,
        stream_options: { include_usage: true },
      }),
    accepted: [saysStream("application/json")],
  },
  {
    name: "a streamed chat, as @ai-sdk/alibaba asks for it",
    ours: ours(requestOf(alibaba, plainChat, target(model), true)),
    theirs: (origin) => askTextStream(ai(origin)(model)),
    accepted: [saysStream("*/*"), noThoughtsKept, ...lone],
  },
  {
    name: "how a task is, as @ai-sdk/alibaba asks for it",
    ours: ours(alibaba.operations.text_to_image?.job?.poll(task, target(model))),
    theirs: async (origin) =>
      ai(origin)
        .video("wan2.7-t2v")
        .doStatus?.({ operation: { taskId: task.id } }),
    accepted: [saysJson],
  },
];

testSameRequests("our request to Model Studio is its clients'", pairs);

const aigc = "/api/v1/services/aigc";
const cup = "https://example.com/cup.png";
const mask = "https://example.com/mask.png";
const asTask = { "x-dashscope-async": "enable" };
const edit: ImageEditTask = {
  operation: "image_edit",
  prompt: "Make the cup green",
  images: [{ kind: "url", url: cup, mimeType: "" }],
  maskPolarity: "white_is_edited",
  options: { count: 1 },
};
const drawing: TextToImageTask = {
  ...plainImage,
  negativePrompt: "text",
  options: { count: 2, size: { kind: "pixels", width: 1280, height: 1280 }, seed: 7 },
};
const content = [{ image: cup }, { text: edit.prompt }];

const unmarked: AcceptedDifference = {
  at: "body.parameters.watermark",
  ours: false,
  because: "Some models mark their images unless they are told not to.",
};

/** What dashscope for Python 2.0.2, the vendor's own client, was seen to send on 2026-11-22. */
const recorded: readonly RequestPair[] = [
  {
    name: "an image from a prompt",
    ours: ours(requestOf(alibaba, drawing, target("wan2.5-t2i-preview"))),
    theirs: python(`${aigc}/text2image/image-synthesis`, asTask, {
      model: "wan2.5-t2i-preview",
      parameters: { size: "1280*1280", n: 2, seed: 7 },
      input: { prompt: plainImage.prompt, negative_prompt: "text" },
    }),
    accepted: [unmarked],
  },
  {
    name: "an image from a message",
    ours: ours(requestOf(alibaba, drawing, target("qwen-image-2.0"))),
    theirs: python(
      `${aigc}/multimodal-generation/generation`,
      {},
      {
        model: "qwen-image-2.0",
        parameters: { size: "1280*1280", negative_prompt: "text", seed: 7, n: 2 },
        input: { messages: [{ role: "user", content: [{ text: plainImage.prompt }] }] },
      },
    ),
    accepted: [unmarked],
  },
  {
    name: "an edit by a message, as a task",
    ours: ours(requestOf(alibaba, edit, target("wan2.7-image"))),
    theirs: python(`${aigc}/image-generation/generation`, asTask, {
      model: "wan2.7-image",
      parameters: { n: 1, is_async: true },
      input: { messages: [{ role: "user", content }] },
    }),
    accepted: [
      unmarked,
      {
        at: "body.parameters.is_async",
        theirs: true,
        because: "The header says it; the client lets an argument of its own slip through.",
      },
    ],
  },
  {
    name: "an edit by a message, in the call",
    ours: ours(requestOf(alibaba, edit, target("qwen-image-edit-plus"))),
    theirs: python(
      `${aigc}/multimodal-generation/generation`,
      {},
      {
        model: "qwen-image-edit-plus",
        parameters: { n: 1 },
        input: { messages: [{ role: "user", content }] },
      },
    ),
    accepted: [unmarked],
  },
  {
    name: "an edit by a prompt and images",
    ours: ours(requestOf(alibaba, edit, target("wan2.5-i2i-preview"))),
    theirs: python(`${aigc}/image2image/image-synthesis`, asTask, {
      model: "wan2.5-i2i-preview",
      parameters: { n: 1 },
      input: { prompt: edit.prompt, images: [cup] },
    }),
    accepted: [unmarked],
  },
  {
    name: "an edit by a function, kept to a mask",
    ours: ours(
      requestOf(
        alibaba,
        { ...edit, mask: { kind: "url", url: mask, mimeType: "" } },
        target("wanx2.1-imageedit"),
      ),
    ),
    theirs: python(`${aigc}/image2image/image-synthesis`, asTask, {
      model: "wanx2.1-imageedit",
      parameters: { n: 1 },
      input: {
        prompt: edit.prompt,
        function: "description_edit_with_mask",
        mask_image_url: mask,
        base_image_url: cup,
      },
    }),
    accepted: [unmarked],
  },
];

testSameRequests("our request to Model Studio is that of its Python client", recorded);

/** Sends a request again that was recorded. */
function python(
  path: string,
  headers: Readonly<Record<string, string>>,
  body: object,
): RequestPair["theirs"] {
  return (origin) =>
    fetch(origin + path, {
      method: "POST",
      headers: {
        authorization: `Bearer ${testKey}`,
        accept: "application/json",
        "content-type": "application/json",
        ...headers,
      },
      body: JSON.stringify(body),
    });
}

function ours(call: HttpCall | undefined): RequestPair["ours"] {
  if (call === undefined) throw new Error("Model Studio's tasks cannot be followed.");
  return send(alibaba, "", call);
}
