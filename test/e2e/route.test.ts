import { create, equals } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { AttemptOutcome } from "../../gen/spillway/v1/attempt_pb.ts";
import { CostBasis } from "../../gen/spillway/v1/cost_pb.ts";
import { AdjustmentSchema, GenerateRequestSchema } from "../../gen/spillway/v1/generate_pb.ts";
import { ImageFormat, Quality } from "../../gen/spillway/v1/image_pb.ts";
import { HealthState, Operation } from "../../gen/spillway/v1/provider_pb.ts";
import { ResolutionStep } from "../../gen/spillway/v1/route_pb.ts";
import { builtInProviders } from "../../src/providers/list.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { imageRequest } from "../support/requests.ts";
import { startGateway, type TestGateway } from "../support/start-gateway.ts";
import { connectError, type ToldError } from "../support/told-error.ts";
import { error, images } from "../support/upstream-acts.ts";

const builtIn = builtInProviders.map(({ type }) => type);

describe("Route", () => {
  it("sends nothing to anyone, and says the order in which Generate then asks", async () => {
    const { gateway, upstreams } = await start();
    const generate = imageRequest("boat-1");
    const route = await gateway.connect.route({ generate });
    expect(upstreams.map(({ connections }) => connections)).toEqual([0, 0, 0]);

    const told = await gateway.failure(generate);
    const [skipped, asked] = split(told.attempts);
    const target = ({ provider, upstreamModel, priority, weight }: (typeof asked)[number]) => ({
      provider,
      upstreamModel,
      priority,
      weight,
    });
    expect(asked.map(target)).toEqual([
      { provider: "heavy", upstreamModel: "boat-1", priority: 0, weight: 70 },
      { provider: "light", upstreamModel: "dinghy", priority: 0, weight: 30 },
      { provider: "openai", upstreamModel: "gpt-image-2", priority: 1, weight: 1 },
    ]);
    expect(route.candidates).toMatchObject(asked.map(target));
    expect(route.candidates.map(({ probability }) => probability)).toEqual([0.7, 0.3, 1]);
    expect(skipped.map(({ provider, message }) => [provider, message])).toEqual(
      route.skipped.map(({ provider, skipReason }) => [provider, skipReason]),
    );
    expect(route.skipped.map(({ provider }) => provider)).toEqual(["xai"]);
  });

  it("names the rule that applies and those that it hides", async () => {
    const { gateway } = await start();
    const route = await gateway.connect.route({ generate: imageRequest("boat-1") });
    expect(route).toMatchObject({
      model: "boat-1",
      resolution: ResolutionStep.PATTERN_RULE,
      forced: false,
      matchedRule: { index: 0, matchedPattern: "boat-*" },
      shadowedRules: [{ index: 1, matchedPattern: "*" }],
    });
    const line = route.matchedRule?.line;
    expect(line).toBeGreaterThan(0);
    expect(route.configVersion).toMatch(/^[0-9a-f]{12}$/);
  });

  it("tells what would be adapted and what it would cost, as Generate then reports it", async () => {
    const { gateway, upstreams } = await start();
    for (const upstream of upstreams) upstream.play(images(1024, 1, 1024));
    const generate = create(GenerateRequestSchema, {
      model: "openai/gpt-image-2",
      task: {
        case: "textToImage",
        value: {
          prompt: "a boat",
          negativePrompt: "rocks",
          options: {
            size: { case: "pixels", value: { width: 1024, height: 1024 } },
            quality: Quality.HIGH,
            format: ImageFormat.AVIF,
            seed: 7n,
          },
        },
      },
    });
    const route = await gateway.connect.route({ generate });
    expect(route).toMatchObject({ forced: true, resolution: ResolutionStep.FORCED });
    const [candidate] = route.candidates;
    expect(candidate?.cost?.basis).toBe(CostBasis.PRICED);
    expect(route.estimate?.best).toEqual(candidate?.cost);
    expect(route.estimate?.worst?.micros).toBeGreaterThanOrEqual(candidate?.cost?.micros ?? 0n);

    const response = await gateway.generate(generate);
    const planned = candidate?.adjustments ?? [];
    expect(planned.map(({ field }) => field).sort()).toEqual(
      expect.arrayContaining(["negative_prompt", "options.seed"]),
    );
    expect(response.adjustments).toHaveLength(planned.length);
    for (const [index, adjustment] of response.adjustments.entries()) {
      const expected = planned[index];
      expect(expected && equals(AdjustmentSchema, expected, adjustment)).toBe(true);
    }
    if (response.output.case !== "images") throw new Error("no images");
    expect(response.output.value.images[0]?.mimeType).toBe("image/avif");
  });

  it.each([
    [
      "a model that nobody knows",
      imageRequest("oops/nothing"),
      "PROVIDER_NOT_FOUND|MODEL_NOT_FOUND",
    ],
    [
      "a provider that does not exist",
      imageRequest("boat-1", { routing: { only: ["nobody"] } }),
      "PROVIDER_NOT_FOUND",
    ],
    [
      "a provider without a key",
      imageRequest("xai/grok-imagine-image"),
      "PROVIDER_NOT_CONFIGURED|NO_CAPABLE_PROVIDER",
    ],
    [
      "a limit that every price passes",
      imageRequest("boat-1", { routing: { maxCostMicros: 1n } }),
      "COST_LIMIT",
    ],
  ])("fails as Generate does: %s", async (_, generate, reason) => {
    const { gateway, upstreams } = await start("boat-*");
    const routed = await connectFailure(gateway.connect.route({ generate }));
    const generated = await gateway.failure(generate);
    expect(routed.reasons.join()).toMatch(new RegExp(`^(${reason})$`));
    expect([routed.code, routed.reasons, routed.message, routed.metadata]).toEqual([
      generated.code,
      generated.reasons,
      generated.message,
      generated.metadata,
    ]);
    expect(upstreams.map(({ connections }) => connections)).toEqual([0, 0, 0]);
  });
});

it("who was passed over is told everywhere alike when nobody is left to ask", async () => {
  const { gateway } = await start();
  const generate = imageRequest("boat-1", { routing: { maxCostMicros: 1n } });
  const routed = await connectFailure(gateway.connect.route({ generate }));
  const generated = await gateway.failure(generate);
  const streamed = await gateway.stream({ generate });
  const events = streamed.events.flatMap(({ case: kind, value }) =>
    kind === "attemptFinished" ? [value] : [],
  );
  const expected = ["heavy", "light", "openai", "xai"].map((provider, index) =>
    expect.objectContaining({ number: index + 1, provider, outcome: AttemptOutcome.SKIPPED }),
  );
  for (const attempts of [
    routed.attempts,
    generated.attempts,
    streamed.error?.attempts ?? [],
    events,
  ]) {
    expect(attempts).toEqual(expected);
    expect(attempts.map(({ message }) => message)).toEqual(
      routed.attempts.map(({ message }) => message),
    );
  }
  const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  const counted = metrics
    .split("\n")
    .filter((line) => /^spillway_attempts_total\{.*outcome="skipped"/.test(line));
  // Route asks nobody, and so it passes nobody over.
  expect(counted.map((line) => line.split(" ")[1])).toEqual(["2", "2", "2", "2"]);
  expect(gateway.log.filter(({ msg }) => msg === "request failed")).toMatchObject([
    { attempts: 4 },
    { attempts: 4 },
    { attempts: 4 },
  ]);
});

describe("ListProviders", () => {
  it("lists every built-in provider and the custom ones, configured or not", async () => {
    const { gateway } = await start();
    const { providers, nextPageToken } = await gateway.connect.listProviders({});
    expect(providers.map(({ slug }) => slug)).toEqual([...builtIn, "heavy", "light"]);
    expect(nextPageToken).toBe("");
    expect(providers.filter(({ configured }) => configured).map(({ slug }) => slug)).toEqual([
      "openai",
      "heavy",
      "light",
    ]);
    for (const { slug, description, statusPageUri, websiteUri, sandbox } of providers) {
      expect(description).not.toBe("");
      expect(sandbox).toBe(false);
      if (!builtIn.includes(slug)) continue;
      expect(statusPageUri).toMatch(/^https:/);
      expect(websiteUri).toMatch(/^https:/);
    }
  });

  it("shows what was seen of each lately", async () => {
    const { gateway } = await start();
    await gateway.failure(imageRequest("boat-1"));
    const { providers } = await gateway.connect.listProviders({});
    const heavy = providers.find(({ slug }) => slug === "heavy");
    expect(heavy?.successRate).toBe(0);
    expect(heavy?.health).not.toBe(HealthState.HEALTHY);
    expect(providers.find(({ slug }) => slug === "gemini")?.successRate).toBeUndefined();
  });

  it("comes in pages", async () => {
    const { gateway } = await start();
    const slugs: string[] = [];
    let pageToken = "";
    let pages = 0;
    do {
      const page = await gateway.connect.listProviders({ pageSize: 5, pageToken });
      slugs.push(...page.providers.map(({ slug }) => slug));
      pageToken = page.nextPageToken;
      pages++;
    } while (pageToken !== "");
    expect(pages).toBe(Math.ceil((builtIn.length + 2) / 5));
    expect(slugs).toEqual([...builtIn, "heavy", "light"]);
  });
});

describe("the catalogue", () => {
  it("comes in pages that together are the whole", async () => {
    const { gateway } = await start();
    const whole = await gateway.connect.listModels({ pageSize: 1000 });
    expect(whole.models.length).toBeGreaterThan(20);
    expect(await everyModel(gateway)).toEqual(whole.models.map(({ id }) => id));
  });

  it("can be asked by operation and by provider, and its pages belong to what was asked", async () => {
    const { gateway } = await start();
    const chats = await gateway.connect.listModels({ operation: Operation.CHAT, pageSize: 1 });
    for (const { operations } of chats.models) expect(operations).toContain(Operation.CHAT);
    const openai = await gateway.connect.listModels({ provider: "openai" });
    for (const { offers } of openai.models) {
      expect(offers.map(({ provider }) => provider)).toContain("openai");
    }
    expect(chats.nextPageToken).not.toBe("");
    const told = await connectFailure(
      gateway.connect.listModels({ provider: "openai", pageToken: chats.nextPageToken }),
    );
    expect([told.code, ...told.reasons, ...told.fields]).toEqual([
      "INVALID_ARGUMENT",
      "INVALID_REQUEST",
      "page_token",
    ]);
  });

  it("gives one model by its id and by its aliases, and suggests what was meant", async () => {
    const { gateway } = await start();
    const { model } = await gateway.connect.getModel({ id: "gpt-image-2" });
    expect(model?.id).toBe("gpt-image-2");
    const offer = model?.offers.find(({ provider }) => provider === "openai");
    expect(offer).toMatchObject({ upstreamModel: "gpt-image-2", configured: true });
    expect(offer?.prices.length).toBeGreaterThan(0);
    const { models } = await gateway.connect.listModels({ pageSize: 1000 });
    const aliased = models.find(({ aliases }) => aliases.length > 0);
    const byAlias = await gateway.connect.getModel({ id: aliased?.aliases[0] ?? "" });
    expect(byAlias.model?.id).toBe(aliased?.id);
    const told = await connectFailure(gateway.connect.getModel({ id: "gpt-imag-2" }));
    expect([told.code, ...told.reasons]).toEqual(["NOT_FOUND", "MODEL_NOT_FOUND"]);
    expect(told.metadata["suggestions"]?.split(",")).toContain("gpt-image-2");
  });
});

/** Three targets that all fail, one without a key, and a rule that hides behind theirs. */
async function start(secondRule = "*") {
  const upstreams = [
    await startFakeUpstream(error(503, {})),
    await startFakeUpstream(error(503, {})),
    await startFakeUpstream(error(503, {})),
  ];
  const [heavy, light, openai] = upstreams.map(({ url }) => url);
  const gateway = await startGateway(`
providers:
  heavy: { type: openai-compatible, base_url: "${heavy}", timeout: 5s }
  light: { type: openai-compatible, base_url: "${light}", timeout: 5s }
  openai: { keys: [key-of-openai], base_url: "${openai}", timeout: 5s }
  xai: {}
routes:
  - models: ["boat-*"]
    targets:
      - { provider: heavy, weight: 70 }
      - { provider: light, weight: 30, model: dinghy }
      - { provider: openai, priority: 1, model: gpt-image-2 }
      - { provider: xai, priority: 1 }
  - models: ["${secondRule}"]
    targets: [{ provider: heavy }]
`);
  return { gateway, upstreams };
}

function split<T extends { readonly outcome: AttemptOutcome }>(attempts: readonly T[]): [T[], T[]] {
  const isSkipped = ({ outcome }: T) => outcome === AttemptOutcome.SKIPPED;
  return [attempts.filter(isSkipped), attempts.filter((attempt) => !isSkipped(attempt))];
}

async function everyModel({ connect }: TestGateway): Promise<string[]> {
  const ids: string[] = [];
  let pageToken = "";
  do {
    const page = await connect.listModels({ pageSize: 7, pageToken });
    ids.push(...page.models.map(({ id }) => id));
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return ids;
}

async function connectFailure(call: Promise<unknown>): Promise<ToldError> {
  const reason = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (reason instanceof ConnectError) return connectError(reason);
  throw new Error("the call did not fail as Connect calls do");
}
