import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCatalog } from "../../src/catalog/catalog.ts";
import type { GenerateRequest } from "../../src/domain/generate-request.ts";
import type { Rule } from "../../src/domain/rule.ts";
import type { Task } from "../../src/domain/task.ts";
import { compileRules } from "../../src/router/compile-rules.ts";
import { findLineup } from "../../src/router/find-lineup.ts";
import type { Lineup } from "../../src/router/lineup.ts";
import { LineupMemory, rememberedNames } from "../../src/router/lineup-memory.ts";
import { explainRequest, type PlanWorld, planRequest } from "../../src/router/plan-request.ts";
import { fakeEndpoint, fakeFleet } from "../support/fake-provider.ts";
import {
  chatTask,
  fakeModel,
  fakeRequest,
  fakeRules,
  imageTask,
  seededRandom,
} from "../support/fake-request.ts";

const slugs = ["vertex", "openai", "openrouter", "mine", "unset", "gone"] as const;
const names = ["boat-1", "boat", "boat-2", "mine/boat-1", "vendor/boat-9", "unset/x", "ship"];

const fleet = fakeFleet(
  fakeEndpoint({ slug: "vertex", images: { seed: true, maxCountPerCall: 4 } }),
  fakeEndpoint({ slug: "openai", chat: { seed: false, temperature: false } }),
  fakeEndpoint({ slug: "openrouter", operations: ["chat"] }),
  fakeEndpoint({ slug: "mine", kind: "custom", models: ["boat-*", "own"] }),
  fakeEndpoint({ slug: "unset", configured: false }),
);

const catalog = createCatalog([
  fakeModel(
    "boat-1",
    [
      { provider: "vertex", upstreamModel: "v-boat", limits: { maxCount: 1 } },
      { provider: "openai", operations: ["chat"] },
      { provider: "unset" },
    ],
    ["boat"],
  ),
  fakeModel("boat-2", [{ provider: "openai" }, { provider: "openrouter", operations: ["chat"] }]),
]);

const anyRules = fc
  .array(
    fc.record({
      models: fc.uniqueArray(fc.constantFrom("*", "boat-*", "boat", "boat-2", "vendor/*"), {
        minLength: 1,
      }),
      strategy: fc.constantFrom(undefined, "weighted", "cheapest", "fastest"),
      targets: fc.array(
        fc.record({
          provider: fc.constantFrom(...slugs),
          priority: fc.nat({ max: 2 }),
          weight: fc.nat({ max: 3 }),
          model: fc.constantFrom(undefined, "boat-1", "own"),
        }),
        { minLength: 1, maxLength: 5 },
      ),
    }),
    { maxLength: 3 },
  )
  .map((rules) => fakeRules(...rules));

const anyTask: fc.Arbitrary<Task> = fc.oneof(
  fc
    .record({ count: fc.integer({ min: 1, max: 5 }), seed: fc.constantFrom(undefined, 7) })
    .map((options) => imageTask(options)),
  fc
    .record({ temperature: fc.constantFrom(undefined, 1), seed: fc.constantFrom(undefined, 7) })
    .map((shading) => chatTask(shading)),
);

const someSlugs = fc.uniqueArray(fc.constantFrom("vertex", "openai", "mine", "unset"), {
  maxLength: 2,
});

const anyRequest: fc.Arbitrary<GenerateRequest> = fc
  .record({
    model: fc.constantFrom(...names),
    fallbackModels: fc.array(fc.constantFrom(...names), { maxLength: 2 }),
    task: anyTask,
    parameterMode: fc.constantFrom("adapt", "strict"),
    routing: fc.record({
      only: someSlugs,
      exclude: someSlugs,
      order: someSlugs,
      routingKey: fc.constantFrom("", "customer"),
      maxCostMicros: fc.constantFrom(undefined, undefined, 5),
    }),
  })
  .map((request) => fakeRequest(request));

function worldOf(rules: readonly Rule[]): PlanWorld {
  return { rules: compileRules(rules), fleet, catalog };
}

describe("a plan from memory", () => {
  const remember = (world: PlanWorld) => ({ ...world, memory: new LineupMemory() });

  it("is the plan that is made without, whatever was asked before", () => {
    fc.assert(
      fc.property(
        anyRules,
        fc.array(anyRequest, { minLength: 5, maxLength: 20 }),
        (rules, asked) => {
          const fresh = worldOf(rules);
          const remembering = remember(fresh);
          for (const [seed, request] of [...asked, ...asked].entries()) {
            expect(planRequest(request, { ...remembering, random: seededRandom(seed) })).toEqual(
              planRequest(request, { ...fresh, random: seededRandom(seed) }),
            );
          }
        },
      ),
    );
  });

  it("has nothing of another configuration that is asked at the same time", () => {
    fc.assert(
      fc.property(anyRules, anyRules, fc.array(anyRequest, { minLength: 5 }), (one, two, asked) => {
        const before = remember(worldOf(one));
        const after = remember({ ...worldOf(two), fleet: fakeFleet(...otherEndpoints) });
        for (const request of asked) {
          explainRequest(request, before);
          const plan = explainRequest(request, after);
          expect(plan).toEqual(explainRequest(request, { ...after, memory: undefined }));
          if (plan.kind === "failed") continue;
          for (const { endpoint } of plan.plan.candidates)
            expect(otherEndpoints).toContain(endpoint);
        }
      }),
    );
  });
});

const otherEndpoints = [...fleet.values()].map((endpoint) => ({
  ...endpoint,
  baseUrl: "https://elsewhere.example.com",
}));

describe("LineupMemory", () => {
  const rules = fakeRules({ models: ["*"], targets: [{ provider: "vertex" }] });
  const world = () => ({ ...worldOf(rules), memory: new LineupMemory() });
  const ask = (name: string, there: PlanWorld, operation: Task["operation"] = "chat"): Lineup => {
    const result = findLineup(name, operation, there);
    if (result.kind === "failed") throw new Error(result.error.message);
    return result.lineup;
  };

  it("finds a name's line-up once for each operation", () => {
    const there = world();
    const chat = ask("boat-1", there);
    expect(ask("boat-1", there)).toBe(chat);
    expect(ask("boat-1", there, "text_to_image")).not.toEqual(chat);
  });

  it("forgets what came first when callers make up names", () => {
    const there = world();
    const first = ask("made-up-0", there);
    for (let index = 1; index < rememberedNames; index++) ask(`made-up-${index}`, there);
    expect(ask("made-up-0", there)).toBe(first);
    const second = ask("made-up-1", there);
    ask("one-too-many", there);
    expect(ask("made-up-1", there)).toBe(second);
    expect(there.memory.recall("made-up-0", "chat")).toBeUndefined();
    expect(ask("made-up-0", there)).toEqual(first);
  });

  it("keeps no name that means nothing", () => {
    const there = { ...worldOf([]), memory: new LineupMemory() };
    expect(findLineup("nothing", "chat", there).kind).toBe("failed");
    expect(there.memory.recall("nothing", "chat")).toBeUndefined();
  });
});
