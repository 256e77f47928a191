import { describe, expect, it } from "vitest";
import { createCatalog } from "../../src/catalog/catalog.ts";
import type { Hedge } from "../../src/domain/hedge.ts";
import type { Price } from "../../src/domain/model.ts";
import { compileRules } from "../../src/router/compile-rules.ts";
import { explainRequest } from "../../src/router/plan-request.ts";
import { fakeEndpoint, fakeFleet } from "../support/fake-provider.ts";
import { chatTask, fakeModel, fakeRequest, fakeRules, imageTask } from "../support/fake-request.ts";

const hedge: Hedge = { after: 800, paidImages: false };
const forPaidImages: Hedge = { after: "p95", paidImages: true };

const price = (nanoUsd: number): Price => ({
  unit: "image",
  nanoUsd,
  source: "test",
  asOf: "2026-11-22",
});

/** The hedge that a request has by a rule with it: two targets for "boat", "dear" and "free", one for "alone". */
function hedgeOf(
  rule: Hedge | undefined,
  over: Parameters<typeof fakeRequest>[0] = {},
): Hedge | undefined {
  const planned = explainRequest(fakeRequest(over), {
    rules: compileRules(
      fakeRules(
        {
          models: ["boat", "dear", "free"],
          targets: [{ provider: "vertex" }, { provider: "openai" }],
          hedge: rule,
        },
        { models: ["alone"], targets: [{ provider: "fal" }], hedge: rule },
      ),
    ),
    fleet: fakeFleet(...["vertex", "openai", "fal"].map((slug) => fakeEndpoint({ slug }))),
    catalog: createCatalog([
      fakeModel("free", [
        { provider: "vertex", prices: [price(0)] },
        { provider: "openai", prices: [price(0)] },
      ]),
      fakeModel("dear", [
        { provider: "vertex", prices: [price(0)] },
        { provider: "openai", prices: [price(1e9)] },
      ]),
    ]),
  });
  if (planned.kind === "failed") throw new Error(planned.error.message);
  return planned.plan.hedge;
}

describe("the hedge of a request", () => {
  const chat = { model: "boat", task: chatTask() };

  it("is its rule's", () => {
    expect(hedgeOf(hedge, chat)).toEqual(hedge);
    expect(hedgeOf(undefined, chat)).toBeUndefined();
  });

  it("is none when the request forbids paying twice, even where it costs nothing", () => {
    const forbid = { routing: { duplicateSpend: "forbid" as const } };
    expect(hedgeOf(hedge, { ...chat, ...forbid })).toBeUndefined();
    expect(hedgeOf(forPaidImages, { model: "free", ...forbid })).toBeUndefined();
  });

  it("is none when nobody else may be asked", () => {
    expect(hedgeOf(hedge, { ...chat, model: "alone" })).toBeUndefined();
    const only = { only: ["openai"] };
    expect(hedgeOf(hedge, { ...chat, routing: only })).toBeUndefined();
    const once = { maxAttempts: 1 };
    expect(hedgeOf(hedge, { ...chat, routing: once })).toBeUndefined();
  });

  it("does not count the targets of fallback models", () => {
    const fallbackModels = ["boat"];
    expect(hedgeOf(hedge, { ...chat, model: "alone", fallbackModels })).toBeUndefined();
  });

  it.each([
    ["boat", "its price is not known"],
    ["dear", "one target costs something"],
  ])("is none for the images of %s unless the rule says so: %s", (model) => {
    const images = { model, task: imageTask() };
    expect(hedgeOf(hedge, images)).toBeUndefined();
    expect(hedgeOf(forPaidImages, images)).toEqual(forPaidImages);
  });

  it("holds for images that cost nothing", () => {
    expect(hedgeOf(hedge, { model: "free", task: imageTask() })).toEqual(hedge);
  });
});
