import { randomUUID } from "node:crypto";
import { builtInProviders } from "../../src/providers/list.ts";
import type { Fault } from "../../src/sandbox/fault.ts";
import { parseFaults } from "../../src/sandbox/fault.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/sandbox.ts";
import { loadFixtures } from "../contract/fixture.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";

/** A sandbox for one test, with the requests that tests make of it. */
export interface OpenSandbox extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly clock: ManualClock;
  post(slug: string, path: string, body: unknown, headers?: HeadersOf): Promise<Response>;
  get(slug: string, path: string): Promise<Response>;
}

type HeadersOf = Readonly<Record<string, string>>;

/** Starts a sandbox whose clock stands still; `faults` as the configuration writes them. */
export async function openSandbox(faults = "", paceMs = 0): Promise<OpenSandbox> {
  const clock = manualClock();
  const parsed = parseFaults(faults);
  if (typeof parsed === "string") throw new Error(parsed);
  const sandbox = await startSandbox({ clock, faults: parsed as readonly Fault[], paceMs });
  const url = (slug: string, path: string): string => `${sandbox.baseUrls[slug] ?? ""}${path}`;
  return {
    sandbox,
    clock,
    post: (slug, path, body, headers) =>
      fetch(url(slug, path), {
        method: "POST",
        headers: { "content-type": "application/json", ...keyOf(slug), ...headers },
        body: JSON.stringify(body),
      }),
    get: (slug, path) => fetch(url(slug, path), { headers: keyOf(slug) }),
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}

const place = "/projects/demo-1/locations/global/publishers/google/models";

const fireworksModels = "accounts/fireworks/models";

/** A body for each provider's plainest request, and where it goes. */
export const plainRequests: PlainRequests = {
  openai: {
    image: ["/images/generations", { model: "gpt-image-2", prompt: "a boat" }],
    chat: ["/chat/completions", { model: "gpt-5.4", messages: [say("hello there")] }],
    stream: [
      "/chat/completions",
      { model: "gpt-5.4", messages: [say("hello there")], stream: true },
    ],
  },
  openrouter: {
    image: ["/images", { model: "bytedance-seed/seedream-4.5", prompt: "a boat" }],
    chat: ["/chat/completions", { model: "openai/gpt-5.4", messages: [say("hello there")] }],
    stream: [
      "/chat/completions",
      { model: "openai/gpt-5.4", messages: [say("hello there")], stream: true },
    ],
  },
  gemini: {
    image: ["/models/gemini-3-pro-image:generateContent", { contents: [part("a boat")] }],
    chat: ["/models/gemini-3.8-flash:generateContent", { contents: [part("hello there")] }],
    stream: [
      "/models/gemini-3.8-flash:streamGenerateContent?alt=sse",
      { contents: [part("hello there")] },
    ],
  },
  vertex: {
    image: [`${place}/gemini-3-pro-image:generateContent`, { contents: [part("a boat")] }],
    chat: [`${place}/gemini-3.8-flash:generateContent`, { contents: [part("hello there")] }],
    stream: [
      `${place}/gemini-3.8-flash:streamGenerateContent?alt=sse`,
      { contents: [part("hello there")] },
    ],
  },
  replicate: {
    image: ["/models/black-forest-labs/flux-schnell/predictions", { input: { prompt: "a boat" } }],
  },
  alibaba: {
    image: [
      "/api/v1/services/aigc/multimodal-generation/generation",
      {
        model: "qwen-image-2.0",
        input: { messages: [{ role: "user", content: [{ text: "a boat" }] }] },
      },
    ],
    chat: [
      "/compatible-mode/v1/chat/completions",
      { model: "qwen3.7-plus", messages: [say("hello there")] },
    ],
    stream: [
      "/compatible-mode/v1/chat/completions",
      { model: "qwen3.7-plus", messages: [say("hello there")], stream: true },
    ],
  },
  fal: { image: ["/fal-ai/flux/schnell", { prompt: "a boat" }] },
  get runware() {
    return { image: ["", [runwareTask()]] as const };
  },
  fireworks: {
    image: [`/workflows/${fireworksModels}/flux-1-schnell-fp8/text_to_image`, { prompt: "a boat" }],
    chat: [
      "/chat/completions",
      { model: `${fireworksModels}/gpt-oss-120b`, messages: [say("hello there")] },
    ],
    stream: [
      "/chat/completions",
      { model: `${fireworksModels}/gpt-oss-120b`, messages: [say("hello there")], stream: true },
    ],
  },
  xai: {
    image: ["/images/generations", { model: "grok-imagine-image", prompt: "a boat" }],
    chat: ["/chat/completions", { model: "grok-4.3", messages: [say("hello there")] }],
    stream: [
      "/chat/completions",
      { model: "grok-4.3", messages: [say("hello there")], stream: true },
    ],
  },
  compatible: {
    image: ["/images/generations", { model: "sd", prompt: "a boat", response_format: "b64_json" }],
    chat: ["/chat/completions", { model: "llama", messages: [say("hello there")] }],
    stream: ["/chat/completions", { model: "llama", messages: [say("hello there")], stream: true }],
  },
};

/** The slug of every embedded provider. */
export const embeddedSlugs: readonly string[] = [
  ...builtInProviders.map(({ type }) => type),
  "compatible",
];

/** The plainest requests of a provider: those above, else the calls of its fixtures that go well. */
export function requestsOf(slug: string): AnyRequests {
  if (Object.hasOwn(plainRequests, slug)) return plainRequests[slug as keyof PlainRequests];
  const calls = new Map(loadFixtures(slug).fixtures.map(({ name, call }) => [name, call]));
  const request = (name: string): PlainRequest | undefined => {
    const call = calls.get(name);
    return call && [String(call["path"]), call["body"] as object];
  };
  const image = request("text-to-image-ok");
  if (image === undefined) throw new Error(`${slug} has no fixture text-to-image-ok.json.`);
  return { image, chat: request("chat-ok"), stream: request("chat-ok-stream") };
}

interface AnyRequests {
  readonly image: PlainRequest;
  readonly chat?: PlainRequest | undefined;
  readonly stream?: PlainRequest | undefined;
}

type PlainRequest = readonly [path: string, body: object];

type PlainRequests = {
  readonly [slug in
    | "openai"
    | "openrouter"
    | "vertex"
    | "gemini"
    | "alibaba"
    | "fireworks"
    | "xai"
    | "compatible"]: {
    readonly image: PlainRequest;
    readonly chat: PlainRequest;
    readonly stream: PlainRequest;
  };
} & { readonly [slug in "replicate" | "fal" | "runware"]: { readonly image: PlainRequest } };

/** A task for Runware with an id of its own. What is undefined is left out. */
export function runwareTask(change: Readonly<Record<string, unknown>> = {}) {
  return {
    taskType: "imageInference",
    taskUUID: randomUUID(),
    model: "runware:101@1",
    positivePrompt: "a boat",
    width: 1024,
    height: 1024,
    ...change,
  } as Readonly<Record<string, unknown>>;
}

/** The data lines of an event stream, parsed where they are JSON. */
// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by path, and a wrong path fails the test.
export function eventsOf(text: string): any[] {
  return [...text.matchAll(/^data: (.*?)\r?$/gm)].map(([, data = ""]) =>
    data.startsWith("{") ? JSON.parse(data) : data,
  );
}

function say(content: string): { role: string; content: string } {
  return { role: "user", content };
}

function part(text: string): { role: string; parts: readonly { text: string }[] } {
  return { role: "user", parts: [{ text }] };
}

function keyOf(slug: string): HeadersOf {
  if (slug === "gemini") return { "x-goog-api-key": "test-key" };
  return { authorization: slug === "fal" ? "Key id:secret" : "Bearer test-key" };
}
