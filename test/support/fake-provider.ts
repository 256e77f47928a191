import type { ChatCapabilities, ImageCapabilities } from "../../src/domain/capabilities.ts";
import { type Operation, operations } from "../../src/domain/operation.ts";
import type { Task } from "../../src/domain/task.ts";
import type { Endpoint, Fleet } from "../../src/providers/endpoint.ts";
import type { OperationDialect, Provider } from "../../src/providers/provider.ts";

/** What a fake provider is made of; what is left out is the plainest thing that works. */
export interface FakeProviderOptions {
  readonly type?: string;
  readonly kind?: Provider["kind"];
  /** What it can do. Default: images from words, and chat. */
  readonly operations?: readonly Operation[];
  /** Its images, on top of `plainImages`; by model when a function. */
  readonly images?:
    | Partial<ImageCapabilities>
    | ((upstreamModel: string) => Partial<ImageCapabilities>);
  /** Its chat models, on top of `fullChat`. */
  readonly chat?: Partial<ChatCapabilities>;
}

/** An image model with no parameter at all. */
export const plainImages: ImageCapabilities = { maxCountPerCall: 1, delivery: "bytes" };

/** A chat model that can do everything. */
export const fullChat: ChatCapabilities = {
  tools: true,
  imageInput: true,
  jsonFormat: true,
  jsonSchema: true,
  reasoningEffort: true,
  seed: true,
  temperature: true,
  topP: true,
  maxStop: 4,
};

/** A provider that states capabilities and makes calls that nobody answers. */
export function fakeProvider(options: FakeProviderOptions = {}): Provider {
  const can = options.operations ?? ["text_to_image", "chat"];
  const type = options.type ?? "fake";
  const imageDialect = dialect((upstreamModel: string): ImageCapabilities => {
    const { images } = options;
    return { ...plainImages, ...(typeof images === "function" ? images(upstreamModel) : images) };
  });
  const chatDialect = dialect((): ChatCapabilities => ({ ...fullChat, ...options.chat }));
  return {
    type,
    displayName: type,
    description: `The fake ${type}.`,
    kind: options.kind ?? "image",
    websiteUri: "https://example.com",
    statusPageUri: "https://status.example.com",
    defaultBaseUrl: "https://api.example.com/v1",
    keyVariable: "FAKE_KEY",
    credential: { kind: "header", name: "authorization", prefix: "Bearer " },
    operations: {
      text_to_image: can.includes("text_to_image") ? imageDialect : undefined,
      image_edit: can.includes("image_edit") ? imageDialect : undefined,
      image_upscale: can.includes("image_upscale") ? imageDialect : undefined,
      chat: can.includes("chat") ? chatDialect : undefined,
    },
    failure: () => ({ class: "unknown", delivery: "sent", message: "It failed." }),
  };
}

/** What a fake endpoint is made of. `operations`, `images` and `chat` shape its provider. */
export interface FakeEndpointOptions
  extends FakeProviderOptions,
    Partial<Omit<Endpoint, "provider" | "operations">> {
  readonly provider?: Provider;
}

/** An endpoint that is configured and needs no key, unless it is said otherwise. */
export function fakeEndpoint(options: FakeEndpointOptions = {}): Endpoint {
  const slug = options.slug ?? "fake";
  const provider = options.provider ?? fakeProvider({ ...options, type: options.type ?? slug });
  return {
    slug,
    provider,
    baseUrl: options.baseUrl ?? provider.defaultBaseUrl,
    keys: options.keys ?? [],
    configured: options.configured ?? true,
    sandbox: options.sandbox ?? false,
    operations: operations.filter((operation) => provider.operations[operation] !== undefined),
    models: options.models,
    timeoutMs: options.timeoutMs,
    settings: options.settings ?? {},
  };
}

/** A fleet of these endpoints. */
export function fakeFleet(...endpoints: readonly Endpoint[]): Fleet {
  return new Map(endpoints.map((endpoint) => [endpoint.slug, endpoint]));
}

function dialect<C>(capabilities: (upstreamModel: string) => C): OperationDialect<Task, C> {
  return {
    capabilities,
    timeouts: { totalMs: 60_000, firstContentMs: 30_000, idleMs: 30_000 },
    request: () => ({ method: "POST", path: "/", body: { kind: "json", value: {} } }),
    result: () => ({
      kind: "failed",
      failure: { class: "unknown", delivery: "sent", message: "Nobody answers." },
    }),
  };
}
