import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCatalog } from "../../src/catalog/catalog.ts";
import type { GenerateRequest } from "../../src/domain/generate-request.ts";
import type { Model, Price } from "../../src/domain/model.ts";
import type { Rule, Strategy } from "../../src/domain/rule.ts";
import { LatencyBook } from "../../src/failover/health/latency-book.ts";
import { compileRules } from "../../src/router/compile-rules.ts";
import type { Outlook } from "../../src/router/outlook.ts";
import type { Candidate, Plan } from "../../src/router/plan.ts";
import { explainRequest, type PlanWorld, planRequest } from "../../src/router/plan-request.ts";
import { answered } from "../support/answered.ts";
import { fakeEndpoint, fakeFleet } from "../support/fake-provider.ts";
import {
  chatTask,
  fakeModel,
  fakeRequest,
  fakeRules,
  imageTask,
  seededRandom,
} from "../support/fake-request.ts";
import { manualClock } from "../support/manual-clock.ts";

const slugs = ["a", "b", "c", "d"];
const fleet = fakeFleet(...slugs.map((slug) => fakeEndpoint({ slug })));

function world(rules: readonly Rule[], over: Partial<PlanWorld> = {}): PlanWorld {
  return { rules: compileRules(rules), fleet, catalog: createCatalog([]), ...over };
}

function ruleOf(strategy: Strategy, ...targets: readonly Partial<Rule["targets"][number]>[]) {
  return fakeRules({
    models: ["*"],
    strategy,
    targets: targets.map((target, index) => ({ provider: slugs[index] ?? "", ...target })),
  });
}

function explain(there: PlanWorld, request: GenerateRequest = fakeRequest()): Plan {
  const planned = explainRequest(request, there);
  if (planned.kind === "failed") throw new Error(planned.error.message);
  return planned.plan;
}

function plan(
  there: PlanWorld & { readonly random: () => number },
  request: GenerateRequest = fakeRequest(),
): Plan {
  const planned = planRequest(request, there);
  if (planned.kind === "failed") throw new Error(planned.error.message);
  return planned.plan;
}

const order = ({ candidates }: Plan) => candidates.map(({ endpoint }) => endpoint.slug);
const chances = ({ candidates }: Plan) =>
  Object.fromEntries(candidates.map(({ endpoint, probability }) => [endpoint.slug, probability]));

/** A book in which each target took so long, and the candidates to ask it with. */
function bookOf(there: PlanWorld, latencies: Readonly<Record<string, number>>) {
  const clock = manualClock();
  const book = new LatencyBook(clock);
  const targets: Record<string, Candidate> = {};
  for (const candidate of explain(there).candidates) {
    targets[candidate.endpoint.slug] = candidate;
    const ms = latencies[candidate.endpoint.slug];
    if (ms !== undefined) answered(book, candidate, ms, false);
  }
  const target = (slug: string): Candidate => {
    const found = targets[slug];
    if (found === undefined) throw new Error(`no target ${slug}`);
    return found;
  };
  return { clock, book, target };
}

/** The share of first places of each target. */
function frequencies(there: PlanWorld, picks: number): Record<string, number> {
  const random = seededRandom(3);
  const counts: Record<string, number> = {};
  for (let pick = 0; pick < picks; pick++) {
    const [first = ""] = order(plan({ ...there, random }));
    counts[first] = (counts[first] ?? 0) + 1 / picks;
  }
  return counts;
}

describe("fastest", () => {
  const rules = ruleOf("fastest", {}, {}, {});

  it("puts the faster of two that are drawn first, the others behind by their speed", () => {
    const there = world(rules);
    const { book } = bookOf(there, { a: 300, b: 100, c: 200 });
    const shown = explain({ ...there, latency: book });
    expect(order(shown)).toEqual(["b", "c", "a"]);
    expect(chances(shown)["b"]).toBeCloseTo(2 / 3);
    expect(chances(shown)["c"]).toBeCloseTo(1 / 3);
    expect(chances(shown)["a"]).toBe(0);
    expect(shown.candidates[0]?.choice).toEqual({
      strategy: "fastest",
      latencyMs: 100,
      inFlight: 0,
      scoreMs: 100,
    });
  });

  it("does what Route says, over 100,000 picks within half a percent", () => {
    const weighted = ruleOf("fastest", { weight: 5 }, { weight: 3 }, { weight: 1 }, { weight: 0 });
    const there = world(weighted);
    const { book } = bookOf(there, { a: 300, b: 200, c: 100, d: 1 });
    const told = chances(explain({ ...there, latency: book }));
    const seen = frequencies({ ...there, latency: book }, 100_000);
    for (const slug of slugs) {
      expect(Math.abs((seen[slug] ?? 0) - (told[slug] ?? 0))).toBeLessThan(0.005);
    }
    // Seconds of computing on a machine that does nothing else.
  }, 180_000);

  it("counts what is in flight", () => {
    const there = world(ruleOf("fastest", {}, {}));
    const { book, target } = bookOf(there, { a: 100, b: 150 });
    expect(order(explain({ ...there, latency: book }))).toEqual(["a", "b"]);
    const running = book.begin(target("a"));
    const shown = explain({ ...there, latency: book });
    expect(order(shown)).toEqual(["b", "a"]);
    expect(shown.candidates[1]?.choice).toMatchObject({ inFlight: 1, scoreMs: 200 });
    running.end();
    expect(order(explain({ ...there, latency: book }))).toEqual(["a", "b"]);
  });

  it("tries a target that was never seen, one request at a time", () => {
    const there = world(rules);
    const { book, target } = bookOf(there, { a: 300, b: 100 });
    const random = seededRandom(1);
    const now = { ...there, latency: book, random };
    expect(order(explain(now))[0]).toBe("c");
    book.begin(target("c"));
    for (let request = 0; request < 100; request++) expect(order(plan(now))[0]).not.toBe("c");
  });

  it("spreads a burst over targets of which nothing is known yet", () => {
    const there = world(rules);
    const { book, target } = bookOf(there, {});
    const now = { ...there, latency: book, random: seededRandom(1) };
    for (let request = 0; request < 300; request++) book.begin(target(order(plan(now))[0] ?? ""));
    for (const slug of ["a", "b", "c"]) {
      expect(book.inFlight(target(slug))).toBeGreaterThan(90);
      expect(book.inFlight(target(slug))).toBeLessThan(110);
    }
  });

  it("times streams apart", () => {
    const there = world(ruleOf("fastest", {}, {}));
    const { book, target } = bookOf(there, { a: 100, b: 150 });
    answered(book, target("a"), 90, true);
    answered(book, target("b"), 20, true);
    expect(order(explain({ ...there, latency: book }))).toEqual(["a", "b"]);
    expect(order(explain({ ...there, latency: book, streamed: true }))).toEqual(["b", "a"]);
  });

  it("moves traffic away from a target that becomes slow, and back when it is fast again", async () => {
    const there = world(rules);
    const { clock, book, target } = bookOf(there, { a: 100, b: 100, c: 100 });
    const random = seededRandom(9);
    const latencies: Record<string, number> = { a: 100, b: 100, c: 100 };
    const shareOfA = async (seconds: number) => {
      let first = 0;
      for (let second = 0; second < seconds * 10; second++) {
        const [slug = ""] = order(plan({ ...there, latency: book, random }));
        answered(book, target(slug), latencies[slug] ?? 0, false, clock.monotonic());
        if (slug === "a") first += 1;
        await clock.advance(100);
      }
      return first / (seconds * 10);
    };
    expect(await shareOfA(30)).toBeGreaterThan(0.2);
    latencies["a"] = 1_000;
    await shareOfA(5);
    expect(await shareOfA(60)).toBeLessThan(0.02);
    latencies["a"] = 100;
    await shareOfA(180);
    expect(await shareOfA(30)).toBeGreaterThan(0.2);
  });

  it("gives a target that comes back its part of first traffic", () => {
    const there = world(rules);
    const { book } = bookOf(there, { a: 100, b: 200, c: 300 });
    const outlook = ({ endpoint }: Candidate): Outlook => ({
      state: "healthy",
      weightFactor: endpoint.slug === "a" ? 0.25 : 1,
    });
    const shown = explain({ ...there, latency: book, health: { quiet: false, outlook } });
    expect(chances(shown)["a"]).toBeCloseTo((2 / 3) * 0.25);
  });
});

describe("cheapest", () => {
  const price = (dollars: number): Price => ({
    unit: "image",
    nanoUsd: dollars * 1e9,
    source: "test",
    asOf: "2026-11-22",
  });
  const offers = (dollars: readonly (number | undefined)[]): readonly Model[] => [
    fakeModel(
      "boat-1",
      dollars.map((each, index) => ({
        provider: slugs[index] ?? "",
        prices: each === undefined ? [] : [price(each)],
      })),
    ),
  ];
  const priced = (...dollars: readonly (number | undefined)[]) => createCatalog(offers(dollars));

  it("orders by the price of this very request, and unknown prices last", () => {
    const there = world(ruleOf("cheapest", {}, {}, {}, {}), {
      catalog: priced(0.04, undefined, 0.02, 0.03),
    });
    const shown = explain(there);
    expect(order(shown)).toEqual(["c", "d", "a", "b"]);
    expect(shown.candidates.map(({ probability }) => probability)).toEqual([1, 0, 0, 0]);
    expect(shown.candidates[0]?.choice).toMatchObject({ price: { micros: 20_000 } });
    expect(shown.candidates[3]?.choice).toEqual({
      strategy: "cheapest",
      price: { basis: "unknown" },
    });
  });

  it("is never left to chance where prices differ", () => {
    const dollars = fc.uniqueArray(fc.integer({ min: 1, max: 1_000 }), {
      minLength: 4,
      maxLength: 4,
    });
    fc.assert(
      fc.property(dollars, fc.nat(), (cents, seed) => {
        const catalog = priced(...cents.map((each) => each / 100));
        const there = world(ruleOf("cheapest", {}, {}, {}, {}), { catalog });
        const { candidates } = plan({ ...there, random: seededRandom(seed) });
        const micros = candidates.map(({ cost }) => (cost.basis === "unknown" ? -1 : cost.micros));
        expect(micros).toEqual(micros.toSorted((left, right) => left - right));
      }),
    );
  });

  it("compares edits without their images, whose bound not every provider tells", () => {
    const read: Price = { ...price(0), unit: "image_input_token", nanoUsd: 2_000 };
    const operations = ["image_edit"] as const;
    const catalog = createCatalog([
      fakeModel("boat-1", [
        { provider: "a", operations, upstreamModel: "gpt-image", prices: [price(0.05), read] },
        { provider: "b", operations, upstreamModel: "gemini-3-boat", prices: [price(0.04), read] },
      ]),
    ]);
    const editors = fakeFleet(...["a", "b"].map((slug) => fakeEndpoint({ slug, operations })));
    const there = world(ruleOf("cheapest", {}, {}), { catalog, fleet: editors });
    const image = { kind: "bytes", bytes: new Uint8Array(), mimeType: "image/png" } as const;
    const shown = explain(
      there,
      fakeRequest({
        task: {
          operation: "image_edit",
          prompt: "",
          images: Array.from({ length: 14 }, () => image),
          maskPolarity: "white_is_edited",
          options: { count: 1 },
        },
      }),
    );
    expect(shown.candidates[1]?.cost).toEqual({ basis: "unknown" });
    expect(order(shown)).toEqual(["b", "a"]);
  });

  it("asks what the request needs: who is cheaper for one image size may be dearer for another", () => {
    const of = (size: string, dollars: number) => ({ ...price(dollars), size });
    const catalog = createCatalog([
      fakeModel("boat-1", [
        { provider: "a", prices: [of("1024x1024", 0.01), of("2048x2048", 0.9)] },
        { provider: "b", prices: [of("1024x1024", 0.02), of("2048x2048", 0.5)] },
      ]),
    ]);
    const sizes = ["1024x1024", "2048x2048"];
    const sized = fakeFleet(
      ...["a", "b"].map((slug) =>
        fakeEndpoint({ slug, images: { size: { kind: "listed", sizes } } }),
      ),
    );
    const there = world(ruleOf("cheapest", {}, {}), { catalog, fleet: sized });
    const asked = (edge: number) =>
      fakeRequest({ task: imageTask({ size: { kind: "pixels", width: edge, height: edge } }) });
    expect(order(explain(there, asked(1024)))).toEqual(["a", "b"]);
    expect(order(explain(there, asked(2048)))).toEqual(["b", "a"]);
  });

  it("draws by weight among equal prices", () => {
    const there = world(ruleOf("cheapest", { weight: 70 }, { weight: 30 }, {}), {
      catalog: priced(0.02, 0.02, 0.04),
    });
    expect(chances(explain(there))).toEqual({ a: 0.7, b: 0.3, c: 0 });
    const seen = frequencies(there, 20_000);
    expect(Math.abs((seen["a"] ?? 0) - 0.7)).toBeLessThan(0.01);
    expect(seen["c"]).toBeUndefined();
  });

  it("compares chats that do not limit their answers, though their price has no bound", () => {
    const token = (unit: "input_token" | "output_token", nanoUsd: number): Price => ({
      ...price(0),
      unit,
      nanoUsd,
    });
    const chat = { operations: ["chat"] as const, upstreamModel: "talk" };
    const catalog = createCatalog([
      fakeModel("talk", [
        {
          ...chat,
          provider: "a",
          prices: [token("input_token", 3_000), token("output_token", 9_000)],
        },
        {
          ...chat,
          provider: "b",
          prices: [token("input_token", 1_000), token("output_token", 4_000)],
        },
        { ...chat, provider: "c" },
      ]),
    ]);
    const there = world(ruleOf("cheapest", {}, {}, {}), { catalog });
    const shown = explain(there, fakeRequest({ model: "talk", task: chatTask() }));
    expect(order(shown)).toEqual(["b", "a", "c"]);
    expect(shown.candidates[0]?.cost.basis).toBe("unknown");
    expect(shown.candidates[0]?.choice).toMatchObject({ price: { basis: "priced" } });
  });
});

describe("every strategy", () => {
  const strategy = fc.constantFrom<Strategy>("weighted", "fastest", "cheapest");
  const target = fc.record({ priority: fc.nat({ max: 2 }), weight: fc.nat({ max: 3 }) });

  it("keeps groups apart, keeps weight 0 from first traffic, and gives each group chances of 1 in sum", () => {
    fc.assert(
      fc.property(
        strategy,
        fc.array(target, { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat({ max: 900 }), { minLength: 4, maxLength: 4 }),
        fc.nat(),
        (chosen, targets, latencies, seed) => {
          const there = world(ruleOf(chosen, ...targets));
          const { book } = bookOf(
            there,
            Object.fromEntries(slugs.map((slug, index) => [slug, latencies[index] ?? 0])),
          );
          const now = { ...there, latency: book };
          for (const made of [explain(now), plan({ ...now, random: seededRandom(seed) })]) {
            const priorities = made.candidates.map(({ priority }) => priority);
            expect(priorities).toEqual(priorities.toSorted((left, right) => left - right));
            for (const priority of new Set(priorities)) {
              const group = made.candidates.filter((one) => one.priority === priority);
              const sum = group.reduce((total, { probability }) => total + probability, 0);
              expect(sum).toBeCloseTo(1, 9);
              const first = group[0];
              if (group.some(({ weight }) => weight > 0)) expect(first?.weight).toBeGreaterThan(0);
            }
          }
        },
      ),
    );
  });

  it("gives way to a routing key, which keeps its choice whatever is fast or cheap", () => {
    const there = world(ruleOf("fastest", {}, {}, {}));
    const { book } = bookOf(there, { a: 300, b: 100, c: 200 });
    const request = fakeRequest({ routing: { routingKey: "customer-7" } });
    const shown = explain({ ...there, latency: book }, request);
    expect(order(shown)).toEqual(order(explain(world(ruleOf("weighted", {}, {}, {})), request)));
    expect(shown.candidates[0]?.choice).toEqual({ strategy: "routing_key" });
  });

  it("of a fallback model is that of its own rule", () => {
    const rules = fakeRules(
      { models: ["boat-1"], targets: [{ provider: "a" }, { provider: "b" }] },
      {
        models: ["boat-2"],
        strategy: "fastest",
        targets: [{ provider: "a" }, { provider: "b" }],
      },
    );
    const { candidates } = explain(world(rules), fakeRequest({ fallbackModels: ["boat-2"] }));
    expect(candidates.map(({ choice }) => choice?.strategy)).toEqual([
      undefined,
      undefined,
      "fastest",
      "fastest",
    ]);
  });

  it("by default is by chance and weight, and says nothing about it", () => {
    const { candidates } = explain(
      world(fakeRules({ models: ["*"], targets: [{ provider: "a" }] })),
    );
    expect(candidates[0]?.choice).toBeUndefined();
  });
});
