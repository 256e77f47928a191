import type { GenerateRequest } from "../../../src/domain/generate-request.ts";
import type { GenerateResult } from "../../../src/domain/generate-result.ts";
import type { Catalog, Model } from "../../../src/domain/model.ts";
import type {
  Gateway,
  GatewayCall,
  ProviderView,
  RouteResult,
} from "../../../src/gateway/gateway.ts";
import type { Endpoint } from "../../../src/providers/endpoint.ts";
import type { Provider } from "../../../src/providers/provider.ts";
import { generated } from "./samples.ts";

/** A gateway that notes what it is asked and answers as it is told. */
export interface FakeGateway extends Gateway {
  readonly asked: { readonly request: GenerateRequest; readonly call: GatewayCall }[];
  /** What it does next, and from then on. */
  answer(with_: (request: GenerateRequest, call: GatewayCall) => Promise<GenerateResult>): void;
  answerRoute(result: RouteResult): void;
}

export function fakeGateway(): FakeGateway {
  const asked: { readonly request: GenerateRequest; readonly call: GatewayCall }[] = [];
  let generate = async (_: GenerateRequest, call: GatewayCall): Promise<GenerateResult> => ({
    kind: "generated",
    generated: generated({ requestId: call.requestId }),
  });
  let route: RouteResult = {
    kind: "planned",
    estimate: { best: { basis: "unknown" }, worst: { basis: "unknown" } },
    plan: {
      model: "gpt-image-2",
      resolution: "catalog",
      forced: false,
      shadowedRules: [],
      candidates: [],
      skipped: [],
      onRefusal: "stop",
    },
  };
  return {
    asked,
    answer: (next) => {
      generate = next;
    },
    answerRoute: (next) => {
      route = next;
    },
    generate: (request, call) => {
      asked.push({ request, call });
      return generate(request, call);
    },
    route: () => route,
    providers: () => providerViews,
    catalog,
    endpoint: (slug) => endpoints.find((endpoint) => endpoint.slug === slug),
    configVersion: "v1",
  };
}

/** A gateway's answer that waits until its call is called off. */
export async function untilAborted(_: GenerateRequest, call: GatewayCall): Promise<GenerateResult> {
  await new Promise<void>((resolve) => {
    if (call.signal.aborted) return resolve();
    call.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  return {
    kind: "failed",
    error: { reason: "CANCELLED", message: "The caller left.", metadata: {} },
  };
}

const openai: Provider = {
  type: "openai",
  displayName: "OpenAI",
  description: "Makes images and text.",
  kind: "image",
  websiteUri: "https://openai.com",
  statusPageUri: "https://status.openai.com",
  defaultBaseUrl: "https://api.openai.com/v1",
  keyVariable: "OPENAI_API_KEY",
  credential: { kind: "header", name: "authorization", prefix: "Bearer " },
  operations: {
    text_to_image: {
      capabilities: () => ({
        maxCountPerCall: 10,
        size: { kind: "listed", sizes: ["1024x1024", "1536x1024"] },
        qualities: ["low", "medium", "high"],
        formats: ["png", "jpeg", "webp"],
        delivery: "bytes",
      }),
      timeouts: { totalMs: 120_000, firstContentMs: 60_000, idleMs: 30_000 },
      request: () => ({ method: "POST", path: "/images/generations" }),
      result: () => ({ kind: "done", output: { kind: "images", images: [] }, usage: {} }),
    },
  },
  failure: () => ({ class: "unknown", delivery: "sent", message: "" }),
};

function endpoint(slug: string, configured: boolean): Endpoint {
  return {
    slug,
    provider: openai,
    baseUrl: openai.defaultBaseUrl,
    keys: [],
    configured,
    sandbox: true,
    operations: ["text_to_image", "image_edit"],
    settings: {},
  };
}

export const endpoints = [endpoint("openai", true), endpoint("spare", false)];

const providerViews: readonly ProviderView[] = endpoints.map((configured, index) => ({
  endpoint: configured,
  health: index === 0 ? "healthy" : "unknown",
  latencyMs: index === 0 ? 1500 : undefined,
  successRate: index === 0 ? 0.75 : undefined,
}));

const models: readonly Model[] = ["gpt-image-2", "imagen-4", "sonnet-5"].map((id, index) => ({
  id,
  displayName: id.toUpperCase(),
  aliases: [`${id}-alias`],
  operations: index === 2 ? ["chat"] : ["text_to_image"],
  offers: [
    {
      provider: index === 0 ? "openai" : "elsewhere",
      upstreamModel: id,
      operations: index === 2 ? ["chat"] : ["text_to_image"],
      prices: [
        {
          unit: "image",
          nanoUsd: 41_000_000,
          quality: "medium",
          upToInputTokens: 200_000,
          upToPixels: 2_250_000,
          source: "https://openai.com/pricing",
          asOf: "2026-11-01",
        },
      ],
    },
  ],
}));

const catalog: Catalog = {
  models,
  find: (name) => models.find((model) => model.id === name || model.aliases.includes(name)),
  findOffer: () => undefined,
  suggest: (_, limit) => models.slice(0, Math.min(2, limit)).map((model) => model.id),
};
