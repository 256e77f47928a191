import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCatalog } from "../../src/catalog/catalog.ts";
import type { GenerateRequest } from "../../src/domain/generate-request.ts";
import type { Model, Price } from "../../src/domain/model.ts";
import type { Rule } from "../../src/domain/rule.ts";
import type { Endpoint } from "../../src/providers/endpoint.ts";
import { compileRules } from "../../src/router/compile-rules.ts";
import type { Plan } from "../../src/router/plan.ts";
import { explainRequest, type PlanResult, planRequest } from "../../src/router/plan-request.ts";
import type { RoutingWorld } from "../../src/router/routing-world.ts";
import { fakeEndpoint, fakeFleet } from "../support/fake-provider.ts";
import {
  chatTask,
  fakeModel,
  fakeRequest,
  fakeRules,
  imageTask,
  seededRandom,
} from "../support/fake-request.ts";

const price = (dollars: number): Price => ({
  unit: "image",
  nanoUsd: dollars * 1e9,
  source: "test",
  asOf: "2026-11-22",
});

interface WorldOptions {
  readonly rules?: readonly Rule[];
  readonly endpoints?: readonly Endpoint[];
  readonly models?: readonly Model[];
}

const plain = ["vertex", "openai", "replicate"].map((slug) => fakeEndpoint({ slug }));

function world(options: WorldOptions = {}): RoutingWorld {
  return {
    rules: compileRules(options.rules ?? []),
    fleet: fakeFleet(...(options.endpoints ?? plain)),
    catalog: createCatalog(options.models ?? []),
  };
}

/** The seeds' example: Vertex alone first, then OpenAI and Replicate 70 to 30. */
const seeds = fakeRules({
  models: ["boat-*"],
  timeoutMs: 90_000,
  onRefusal: "next",
  targets: [
    { provider: "openai", priority: 1, weight: 70, model: "gpt-boat" },
    { provider: "vertex", priority: 0, weight: 100 },
    { provider: "replicate", priority: 1, weight: 30, model: "make/boat" },
  ],
});

function planned(result: PlanResult): Plan {
  if (result.kind === "failed") throw new Error(result.error.message);
  return result.plan;
}

function failed(result: PlanResult) {
  if (result.kind === "planned") throw new Error("It was planned.");
  return result.error;
}

const explain = (request: GenerateRequest, options: WorldOptions) =>
  planned(explainRequest(request, world(options)));

const slugs = (plan: Plan) => plan.candidates.map(({ endpoint }) => endpoint.slug);

describe("priority groups", () => {
  it("are exhausted one after the other, whatever the order in the file", () => {
    const random = seededRandom(1);
    for (let round = 0; round < 50; round++) {
      const plan = planned(planRequest(fakeRequest(), { ...world({ rules: seeds }), random }));
      expect(slugs(plan)[0]).toBe("vertex");
      expect(slugs(plan).slice(1).sort()).toEqual(["openai", "replicate"]);
    }
  });

  it("carry the rule's own names, weights and shares", () => {
    const plan = explain(fakeRequest(), { rules: seeds });
    expect(
      plan.candidates.map(({ upstreamModel, priority, weight, probability }) => ({
        upstreamModel,
        priority,
        weight,
        probability,
      })),
    ).toEqual([
      { upstreamModel: "boat-1", priority: 0, weight: 100, probability: 1 },
      { upstreamModel: "gpt-boat", priority: 1, weight: 70, probability: 0.7 },
      { upstreamModel: "make/boat", priority: 1, weight: 30, probability: 0.3 },
    ]);
  });
});

describe("weights", () => {
  const rules = fakeRules({
    models: ["*"],
    targets: [
      { provider: "vertex", weight: 50 },
      { provider: "openai", weight: 35 },
      { provider: "replicate", weight: 15 },
    ],
  });

  it("split what an excluded target leaves by the others' shares", () => {
    const random = seededRandom(5);
    const request = fakeRequest({ routing: { exclude: ["vertex"] } });
    const there = { ...world({ rules }), random };
    let openai = 0;
    for (let pick = 0; pick < 20_000; pick++) {
      if (slugs(planned(planRequest(request, there)))[0] === "openai") openai += 1;
    }
    expect(Math.abs(openai / 20_000 - 0.7)).toBeLessThan(0.01);
    const { candidates } = explain(request, { rules });
    expect(candidates.map(({ probability }) => probability)).toEqual([0.7, 0.3]);
  });

  it("of 0 mean failover only, after everyone else of the group", () => {
    const spare = fakeRules({
      models: ["*"],
      targets: [
        { provider: "vertex", weight: 0 },
        { provider: "openai", weight: 0.5 },
      ],
    });
    const { candidates } = explain(fakeRequest(), { rules: spare });
    expect(candidates.map(({ endpoint, probability }) => [endpoint.slug, probability])).toEqual([
      ["openai", 1],
      ["vertex", 0],
    ]);
  });
});

describe("the upstream model", () => {
  const models = [
    fakeModel("boat-1", [{ provider: "vertex", upstreamModel: "publishers/boat-1" }], ["boat"]),
  ];

  it("is the catalogue's where the target names none, also for an alias", () => {
    const rules = fakeRules({ models: ["*"], targets: [{ provider: "vertex" }] });
    const plan = explain(fakeRequest({ model: "boat" }), { rules, models });
    expect(plan.model).toBe("boat-1");
    expect(plan.candidates[0]?.upstreamModel).toBe("publishers/boat-1");
  });

  it("is the caller's word where the catalogue has none for that provider", () => {
    const rules = fakeRules({ models: ["*"], targets: [{ provider: "openai" }] });
    const plan = explain(fakeRequest({ model: "boat" }), { rules, models });
    expect(plan.candidates[0]?.upstreamModel).toBe("boat");
  });

  it("of a forced provider is the catalogue's, else what follows the slug", () => {
    const one = explain(fakeRequest({ model: "vertex/boat" }), { models });
    expect(one.candidates.map(({ upstreamModel }) => upstreamModel)).toEqual(["publishers/boat-1"]);
    const other = explain(fakeRequest({ model: "openai/boats/boat-9" }), { models });
    expect(other.candidates.map(({ upstreamModel }) => upstreamModel)).toEqual(["boats/boat-9"]);
  });

  it("is the one for the operation where a provider has several", () => {
    const endpoints = [fakeEndpoint({ slug: "fal", operations: ["text_to_image", "image_edit"] })];
    const several = [
      fakeModel("boat-1", [
        { provider: "fal", upstreamModel: "boat" },
        { provider: "fal", upstreamModel: "boat/edit", operations: ["image_edit"] },
      ]),
    ];
    const task = {
      operation: "image_edit",
      prompt: "bluer",
      images: [{ kind: "url", url: "https://example.com/a.png", mimeType: "" }],
      maskPolarity: "transparent_is_edited",
      options: { count: 1 },
    } as const;
    const plan = explain(fakeRequest({ task }), { endpoints, models: several });
    expect(plan.candidates.map(({ upstreamModel }) => upstreamModel)).toEqual(["boat/edit"]);
  });
});

describe("without a rule", () => {
  it("everyone whom the catalogue lists and who is configured is one group of equals", () => {
    const endpoints = [
      fakeEndpoint({ slug: "vertex" }),
      fakeEndpoint({ slug: "openai", configured: false }),
      fakeEndpoint({ slug: "replicate" }),
    ];
    const models = [
      fakeModel(
        "boat-1",
        plain.map(({ slug }) => ({ provider: slug })),
      ),
    ];
    const plan = explain(fakeRequest(), { endpoints, models });
    expect(plan.resolution).toBe("catalog");
    expect(
      plan.candidates.map(({ endpoint, probability }) => [endpoint.slug, probability]),
    ).toEqual([
      ["vertex", 0.5],
      ["replicate", 0.5],
    ]);
    expect(plan.skipped).toMatchObject([{ provider: "openai", cause: "not_configured" }]);
  });

  it("an endpoint that lists the model serves it", () => {
    const endpoints = [fakeEndpoint({ slug: "my-vllm", models: ["llama-*"] })];
    const request = fakeRequest({ model: "llama-4", task: chatTask() });
    expect(slugs(explain(request, { endpoints }))).toEqual(["my-vllm"]);
  });
});

describe("only, exclude and order", () => {
  it("leave out and say why", () => {
    const plan = explain(
      fakeRequest({ routing: { only: ["openai", "replicate"], exclude: ["replicate"] } }),
      {
        rules: seeds,
      },
    );
    expect(slugs(plan)).toEqual(["openai"]);
    expect(plan.forced).toBe(false);
    expect(plan.skipped.map(({ provider, cause }) => [provider, cause])).toEqual([
      ["vertex", "excluded"],
      ["replicate", "excluded"],
    ]);
  });

  it("force the provider when only one is allowed", () => {
    const plan = explain(fakeRequest({ routing: { only: ["replicate"] } }), { rules: seeds });
    expect(plan.forced).toBe(true);
    expect(slugs(plan)).toEqual(["replicate"]);
  });

  it("choose a provider that the rule does not have, under the catalogue's name", () => {
    const endpoints = [
      fakeEndpoint({ slug: "openrouter" }),
      fakeEndpoint({ slug: "openai" }),
      fakeEndpoint({ slug: "mine" }),
    ];
    const chat = ["chat"] as const;
    const models = [
      fakeModel("gpt-5.4", [
        { provider: "openai", operations: chat },
        { provider: "openrouter", upstreamModel: "openai/gpt-5.4", operations: chat },
      ]),
    ];
    const rules = fakeRules({ models: ["*"], targets: [{ provider: "openrouter" }] });
    const upstream = (model: string, only: string) => {
      const request = fakeRequest({ model, task: chatTask(), routing: { only: [only] } });
      const { candidates } = explain(request, { endpoints, models, rules });
      return candidates.map(({ endpoint, upstreamModel }) => `${endpoint.slug} ${upstreamModel}`);
    };
    expect(upstream("gpt-5.4", "openai")).toEqual(["openai gpt-5.4"]);
    expect(upstream("openai/gpt-5.4", "openai")).toEqual(["openai gpt-5.4"]);
    expect(upstream("openai/gpt-6", "openai")).toEqual(["openai gpt-6"]);
    expect(upstream("llama-4", "mine")).toEqual(["mine llama-4"]);
    expect(upstream("gpt-5.4", "openrouter")).toEqual(["openrouter openai/gpt-5.4"]);
  });

  it("put providers first across priority groups, the others after them", () => {
    const plan = explain(fakeRequest({ routing: { order: ["replicate", "openai"] } }), {
      rules: seeds,
    });
    expect(slugs(plan)).toEqual(["replicate", "openai", "vertex"]);
  });

  it.each([{ only: ["vertx"] }, { order: ["vertx"] }])(
    "refuse a provider that does not exist: %o",
    (routing) => {
      expect(
        failed(explainRequest(fakeRequest({ routing }), world({ rules: seeds }))),
      ).toMatchObject({
        reason: "PROVIDER_NOT_FOUND",
        metadata: { provider: "vertx", suggestions: "vertex" },
      });
    },
  );

  it.each([["provider_options", { providerOptions: { opnai: { style: "vivid" } } }]])(
    "refuse a provider that does not exist, in %s too",
    (_, asked) => {
      expect(failed(explainRequest(fakeRequest(asked), world({ rules: seeds })))).toMatchObject({
        reason: "PROVIDER_NOT_FOUND",
        metadata: { provider: "opnai", suggestions: "openai" },
      });
    },
  );

  it("are not looked at when the fault that a request orders is none", () => {
    const endpoints = [fakeEndpoint({ slug: "vertex", sandbox: true })];
    const request = fakeRequest({ labels: { "sandbox.fault": "vertex=explode" } });
    expect(failed(explainRequest(request, world({ rules: seeds, endpoints })))).toMatchObject({
      reason: "INVALID_REQUEST",
      fieldViolations: [{ field: 'labels["sandbox.fault"]' }],
    });
  });

  it("say when none of the allowed ones has credentials", () => {
    const endpoints = [
      fakeEndpoint({ slug: "vertex" }),
      fakeEndpoint({ slug: "openai", configured: false }),
    ];
    const request = fakeRequest({ routing: { only: ["openai"] } });
    expect(failed(explainRequest(request, world({ rules: seeds, endpoints })))).toMatchObject({
      reason: "PROVIDER_NOT_CONFIGURED",
      metadata: { provider: "openai" },
    });
  });
});

describe("fallback models", () => {
  const rules = fakeRules(
    { models: ["boat-1"], targets: [{ provider: "vertex" }, { provider: "openai", model: "x" }] },
    {
      models: ["boat-2"],
      targets: [{ provider: "openai", model: "x" }, { provider: "replicate" }],
    },
  );

  it("come after every target of the model, and nobody is asked the same thing twice", () => {
    const plan = explain(fakeRequest({ fallbackModels: ["boat-2"] }), { rules });
    expect(
      plan.candidates.map(({ endpoint, upstreamModel, model, modelIndex }) => [
        endpoint.slug,
        upstreamModel,
        model,
        modelIndex,
      ]),
    ).toEqual([
      ["vertex", "boat-1", "boat-1", 0],
      ["openai", "x", "boat-1", 0],
      ["replicate", "boat-2", "boat-2", 1],
    ]);
  });

  it("are tried though the model itself forces a provider", () => {
    const request = fakeRequest({ model: "vertex/boat-1", fallbackModels: ["openai/boat-2"] });
    const plan = explain(request, {});
    expect(plan.forced).toBe(false);
    expect(slugs(plan)).toEqual(["vertex", "openai"]);
    expect(explain({ ...request, fallbackModels: [] }, {}).forced).toBe(true);
  });

  it("that nobody knows are an error before anything is tried", () => {
    const request = fakeRequest({ fallbackModels: ["nothing"] });
    expect(failed(explainRequest(request, world({ rules })))).toMatchObject({
      reason: "MODEL_NOT_FOUND",
      metadata: { model: "nothing" },
    });
  });
});

describe("what the rule says beside its targets", () => {
  it("holds, unless the request says otherwise", () => {
    const plan = explain(fakeRequest(), { rules: seeds });
    expect(plan).toMatchObject({ timeoutMs: 90_000, onRefusal: "next" });
    const own = explain(fakeRequest({ routing: { onRefusal: "stop" } }), { rules: seeds });
    expect(own.onRefusal).toBe("stop");
  });

  it("is to stop at a refusal when nobody says anything", () => {
    expect(explain(fakeRequest({ model: "vertex/x" }), {}).onRefusal).toBe("stop");
  });
});

describe("a plan that would be empty", () => {
  const rules = fakeRules({
    models: ["*"],
    targets: [{ provider: "vertex" }, { provider: "openai" }],
  });

  it("tells that nobody has credentials", () => {
    const endpoints = ["vertex", "openai"].map((slug) => fakeEndpoint({ slug, configured: false }));
    expect(failed(explainRequest(fakeRequest(), world({ rules, endpoints })))).toMatchObject({
      reason: "PROVIDER_NOT_CONFIGURED",
      metadata: { provider: "vertex,openai" },
    });
  });

  it("tells that nobody can do the task, and each one's reason", () => {
    const endpoints = [
      fakeEndpoint({ slug: "vertex", operations: ["chat"] }),
      fakeEndpoint({ slug: "openai", models: ["gpt-*"] }),
    ];
    const error = failed(explainRequest(fakeRequest(), world({ rules, endpoints })));
    expect(error.reason).toBe("NO_CAPABLE_PROVIDER");
    expect(error.metadata).toEqual({
      model: "boat-1",
      operation: "text_to_image",
      reasons: "vertex cannot do text_to_image. openai cannot serve boat-1.",
    });
  });

  it("tells no more reasons than fit beside the report, and how many more there are", () => {
    const many = Array.from({ length: 60 }, (_, index) => `provider-${index}`);
    const error = failed(
      explainRequest(
        fakeRequest(),
        world({
          rules: fakeRules({ models: ["*"], targets: many.map((provider) => ({ provider })) }),
          endpoints: many.map((slug) => fakeEndpoint({ slug, operations: ["chat"] })),
        }),
      ),
    );
    const { reasons = "" } = error.metadata;
    expect(reasons.length).toBeLessThan(1050);
    const told = reasons.split(" cannot do ").length - 1;
    expect(reasons).toMatch(new RegExp(` And ${60 - told} more\\.$`));
  });

  it("does not go around a rule to a less specific one", () => {
    const endpoints = [
      fakeEndpoint({ slug: "vertex", operations: ["chat"] }),
      fakeEndpoint({ slug: "openai" }),
    ];
    const strict = fakeRules(
      { models: ["*"], targets: [{ provider: "openai" }] },
      { models: ["boat-*"], targets: [{ provider: "vertex" }] },
    );
    const error = failed(explainRequest(fakeRequest(), world({ rules: strict, endpoints })));
    expect(error.reason).toBe("NO_CAPABLE_PROVIDER");
  });

  it("tells which parameter nobody can honour exactly", () => {
    const request = fakeRequest({ task: imageTask({ seed: 7 }), parameterMode: "strict" });
    const error = failed(explainRequest(request, world({ rules })));
    expect(error).toMatchObject({
      reason: "NO_CAPABLE_PROVIDER",
      metadata: { parameters: "options.seed" },
    });
    expect(slugs(explain({ ...request, parameterMode: "adapt" }, { rules }))).toEqual([
      "vertex",
      "openai",
    ]);
  });

  it("tells that a model of the catalogue is not for this task", () => {
    const models = [fakeModel("boat-1", [{ provider: "vertex" }])];
    const error = failed(explainRequest(fakeRequest({ task: chatTask() }), world({ models })));
    expect(error).toMatchObject({ reason: "NO_CAPABLE_PROVIDER", metadata: { operation: "chat" } });
  });

  it("tells that the cost alone is in the way", () => {
    const models = [
      fakeModel("boat-1", [{ provider: "vertex", prices: [price(0.05)] }, { provider: "openai" }]),
    ];
    const request = fakeRequest({ routing: { maxCostMicros: 49_999 } });
    expect(failed(explainRequest(request, world({ rules, models })))).toMatchObject({
      reason: "COST_LIMIT",
    });
  });
});

describe("a limit of cost", () => {
  it("skips what is too dear and what has no known price", () => {
    const models = [
      fakeModel("boat-1", [
        { provider: "vertex", prices: [price(0.05)] },
        { provider: "openai", prices: [price(0.01)] },
        { provider: "replicate" },
      ]),
    ];
    const plan = explain(fakeRequest({ routing: { maxCostMicros: 20_000 } }), { models });
    expect(slugs(plan)).toEqual(["openai"]);
    expect(plan.skipped.map(({ provider, cause }) => [provider, cause])).toEqual([
      ["vertex", "cost"],
      ["replicate", "cost"],
    ]);
  });
});

describe("a routing key", () => {
  const rules = fakeRules({
    models: ["*"],
    targets: [
      { provider: "vertex", weight: 3 },
      { provider: "openai", weight: 2 },
      { provider: "replicate", weight: 1 },
    ],
  });

  it("decides without chance, and Route tells the same", () => {
    for (const routingKey of ["a", "b", "c", "d"]) {
      const request = fakeRequest({ routing: { routingKey } });
      const there = world({ rules });
      const random = () => {
        throw new Error("No chance here.");
      };
      const plan = planned(planRequest(request, { ...there, random }));
      expect(slugs(plan)).toEqual(slugs(planned(explainRequest(request, there))));
    }
  });

  it("keeps its target when another one goes", () => {
    for (let key = 0; key < 200; key++) {
      const routing = { routingKey: `customer-${key}` };
      const [first, second] = slugs(explain(fakeRequest({ routing }), { rules }));
      const without = (slug: string) =>
        slugs(explain(fakeRequest({ routing: { ...routing, exclude: [slug] } }), { rules }))[0];
      for (const { slug } of plain) expect(without(slug)).toBe(slug === first ? second : first);
    }
  });
});

describe("every plan", () => {
  const targets = fc.array(
    fc.record({
      provider: fc.constantFrom("vertex", "openai", "replicate", "gone", "unset"),
      model: fc.constantFrom("x", "y", "z"),
      priority: fc.nat({ max: 3 }),
      weight: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 100, noNaN: true })),
    }),
    { minLength: 1, maxLength: 10 },
  );
  const endpoints = [...plain, fakeEndpoint({ slug: "unset", configured: false })];

  it("asks nobody twice, goes group by group, and its shares add up", () => {
    fc.assert(
      fc.property(targets, fc.integer(), (given, seed) => {
        const rules = fakeRules({ models: ["*"], targets: given });
        const there = { ...world({ rules, endpoints }), random: seededRandom(seed) };
        const result = planRequest(fakeRequest(), there);
        const able = new Set(
          given
            .filter(({ provider }) => !["gone", "unset"].includes(provider))
            .map(({ provider, model }) => `${provider} ${model}`),
        );
        if (result.kind === "failed") {
          expect(able.size).toBe(0);
          return;
        }
        const { candidates } = result.plan;
        const names = candidates.map(
          ({ endpoint, upstreamModel }) => `${endpoint.slug} ${upstreamModel}`,
        );
        expect([...names].sort()).toEqual([...able].sort());
        const priorities = candidates.map(({ priority }) => priority);
        expect(priorities).toEqual([...priorities].sort((left, right) => left - right));
        for (const priority of new Set(priorities)) {
          const group = candidates.filter((candidate) => candidate.priority === priority);
          const sum = group.reduce((total, { probability }) => total + probability, 0);
          expect(sum).toBeCloseTo(1, 9);
        }
      }),
    );
  });
});
