import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { expect, it } from "vitest";
import { BadRequestSchema, ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.ts";
import { GatewayService } from "../../gen/spillway/v1/gateway_service_pb.ts";
import { Quality } from "../../gen/spillway/v1/image_pb.ts";
import { HealthState, Operation, ProviderKind } from "../../gen/spillway/v1/provider_pb.ts";
import { ResolutionStep } from "../../gen/spillway/v1/route_pb.ts";
import { endpoints } from "./support/fake-gateway.ts";
import { imageRequest } from "./support/samples.ts";
import { startTestServer, type TestServer } from "./support/test-server.ts";

function clientOf(server: TestServer) {
  return createClient(
    GatewayService,
    createConnectTransport({ baseUrl: server.url, httpVersion: "1.1" }),
  );
}

it("lists the fleet with what was seen of it", async () => {
  const client = clientOf(await startTestServer());
  const { providers, nextPageToken } = await client.listProviders({});
  expect(nextPageToken).toBe("");
  expect(providers[0]).toMatchObject({
    slug: "openai",
    displayName: "OpenAI",
    kind: ProviderKind.IMAGE,
    operations: [Operation.TEXT_TO_IMAGE, Operation.IMAGE_EDIT],
    statusPageUri: "https://status.openai.com",
    configured: true,
    sandbox: true,
    health: HealthState.HEALTHY,
    latency: { seconds: 1n, nanos: 500_000_000 },
    successRate: 0.75,
  });
  expect(providers[1]).toMatchObject({
    slug: "spare",
    configured: false,
    health: HealthState.UNSPECIFIED,
  });
  expect(providers[1]?.successRate).toBeUndefined();
});

it("lists the catalogue page by page, by operation and by provider", async () => {
  const client = clientOf(await startTestServer());
  const first = await client.listModels({ pageSize: 2 });
  expect(first.models.map(({ id }) => id)).toEqual(["gpt-image-2", "imagen-4"]);
  const second = await client.listModels({ pageSize: 2, pageToken: first.nextPageToken });
  expect(second.models.map(({ id }) => id)).toEqual(["sonnet-5"]);
  expect(second.nextPageToken).toBe("");
  const chats = await client.listModels({ operation: Operation.CHAT });
  expect(chats.models.map(({ id }) => id)).toEqual(["sonnet-5"]);
  const byProvider = await client.listModels({ provider: "openai" });
  expect(byProvider.models.map(({ id }) => id)).toEqual(["gpt-image-2"]);
  const error = ConnectError.from(
    await client
      .listModels({ provider: "openai", pageToken: first.nextPageToken })
      .catch((reason) => reason),
  );
  expect(error.code).toBe(Code.InvalidArgument);
  expect(error.findDetails(BadRequestSchema)[0]?.fieldViolations[0]?.field).toBe("page_token");
});

it("gets a model by its alias, with prices and what its images can be", async () => {
  const client = clientOf(await startTestServer());
  const { model } = await client.getModel({ id: "gpt-image-2-alias" });
  expect(model).toMatchObject({
    id: "gpt-image-2",
    offers: [
      {
        provider: "openai",
        configured: true,
        prices: [
          {
            unit: "image",
            nanoUsd: 41_000_000n,
            quality: Quality.MEDIUM,
            upToInputTokens: 200_000,
            upToPixels: 2_250_000,
            asOf: "2026-11-01",
          },
        ],
        limits: {
          maxCountPerCall: 10,
          pixelSizes: [
            { width: 1024, height: 1024 },
            { width: 1536, height: 1024 },
          ],
          freePixelSizes: false,
          maxInputImages: 0,
        },
      },
    ],
  });
  const elsewhere = await client.getModel({ id: "sonnet-5" });
  expect(elsewhere.model?.offers[0]).toMatchObject({ configured: false });
  expect(elsewhere.model?.offers[0]?.limits).toBeUndefined();
});

it("explains a route with its rules, candidates, skipped targets and price", async () => {
  const server = await startTestServer();
  const rule = { index: 2, line: 14, models: ["gpt-*"], targets: [] };
  const [openai] = endpoints;
  if (openai === undefined) throw new Error("no endpoint");
  const adjustment = {
    field: "options.seed",
    requested: "7",
    applied: "",
    kind: "dropped",
    provider: "openai",
    reason: "it has no seed",
  } as const;
  server.gateway.answerRoute({
    kind: "planned",
    estimate: {
      best: { basis: "priced", micros: 41_000, components: [] },
      worst: { basis: "unknown" },
    },
    plan: {
      model: "gpt-image-2",
      resolution: "pattern_rule",
      forced: false,
      rule: { rule, pattern: "gpt-*" },
      shadowedRules: [{ rule: { ...rule, index: 3 }, pattern: "*" }],
      candidates: [
        {
          model: "gpt-image-2",
          modelIndex: 0,
          endpoint: openai,
          upstreamModel: "gpt-image-2",
          priority: 0,
          weight: 70,
          probability: 0.7,
          cost: { basis: "priced", micros: 41_000, components: [] },
          fit: {
            task: {
              operation: "text_to_image",
              prompt: "p",
              negativePrompt: "",
              options: { count: 1 },
            },
            maxCountPerCall: 10,
            adjustments: [adjustment],
            finish: {},
          },
        },
      ],
      skipped: [
        {
          model: "gpt-image-2",
          provider: "spare",
          upstreamModel: "g",
          priority: 1,
          weight: 1,
          reason: "it has no key",
          cause: "not_configured",
          adjustments: [],
        },
      ],
      onRefusal: "stop",
    },
  });
  const route = await clientOf(server).route({ generate: imageRequest() });
  expect(route).toMatchObject({
    model: "gpt-image-2",
    resolution: ResolutionStep.PATTERN_RULE,
    configVersion: "v1",
    matchedRule: { index: 2, line: 14, matchedPattern: "gpt-*" },
    shadowedRules: [{ index: 3 }],
    candidates: [
      {
        provider: "openai",
        probability: 0.7,
        health: HealthState.HEALTHY,
        adjustments: [{ field: "options.seed" }],
        cost: { micros: 41_000n },
      },
    ],
    skipped: [{ provider: "spare", skipReason: "it has no key" }],
    estimate: { best: { micros: 41_000n } },
  });
  expect(server.gateway.asked).toHaveLength(0);
});

it("gives the router's error as it is, and asks for a request", async () => {
  const server = await startTestServer();
  server.gateway.answerRoute({
    kind: "failed",
    error: {
      reason: "PROVIDER_NOT_CONFIGURED",
      message: "spare has no key.",
      metadata: { provider: "spare" },
    },
  });
  const client = clientOf(server);
  const error = ConnectError.from(
    await client.route({ generate: imageRequest() }).catch((reason) => reason),
  );
  expect(error.code).toBe(Code.FailedPrecondition);
  expect(error.findDetails(ErrorInfoSchema)[0]).toMatchObject({
    reason: "PROVIDER_NOT_CONFIGURED",
    metadata: { provider: "spare" },
  });
  const empty = ConnectError.from(await client.route({}).catch((reason) => reason));
  expect(empty.findDetails(BadRequestSchema)[0]?.fieldViolations[0]).toMatchObject({
    field: "generate",
    reason: "REQUIRED",
  });
});

it("holds a fallback model to the same rule as the model", async () => {
  const client = clientOf(await startTestServer());
  const request = imageRequest({ fallbackModels: ["ok/model", "a/../b", "a//b"] });
  const error = ConnectError.from(await client.generate(request).catch((reason) => reason));
  expect(error.findDetails(BadRequestSchema)[0]?.fieldViolations).toMatchObject([
    { field: "fallback_models[1]", reason: "GENERATE_REQUEST_MODEL" },
    { field: "fallback_models[2]", reason: "GENERATE_REQUEST_MODEL" },
  ]);
});

it("says once what is wrong with a model that is missing", async () => {
  const client = clientOf(await startTestServer());
  const request = imageRequest({ model: "", fallbackModels: [""] });
  const error = ConnectError.from(await client.generate(request).catch((reason) => reason));
  expect(error.findDetails(BadRequestSchema)[0]?.fieldViolations).toMatchObject([
    { field: "model", reason: "REQUIRED" },
    { field: "fallback_models[0]", reason: "STRING_PATTERN" },
  ]);
});

it("uses the gateway that serves now", async () => {
  const server = await startTestServer();
  const other = await startTestServer();
  let current = server.gateway;
  const switching = await startTestServer({ gateway: () => current });
  await clientOf(switching).generate(imageRequest());
  current = other.gateway;
  await clientOf(switching).generate(imageRequest());
  expect(server.gateway.asked).toHaveLength(1);
  expect(other.gateway.asked).toHaveLength(1);
});
