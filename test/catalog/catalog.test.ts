import { describe, expect, it } from "vitest";
import { createCatalog } from "../../src/catalog/catalog.ts";
import { models } from "../../src/catalog/models.ts";
import { builtInProviders } from "../../src/providers/list.ts";
import { fakeModel } from "../support/fake-request.ts";

describe("createCatalog", () => {
  const boat = fakeModel("boat-1", [{ provider: "openai", upstreamModel: "gpt-boat" }], ["boat"]);
  const ship = fakeModel("ship-1", [{ provider: "openai" }]);

  it("finds a model by its id and by its aliases", () => {
    const catalog = createCatalog([ship, boat]);
    expect(catalog.find("boat-1")).toBe(boat);
    expect(catalog.find("boat")).toBe(boat);
    expect(catalog.find("Boat")).toBeUndefined();
    expect(catalog.models.map(({ id }) => id)).toEqual(["boat-1", "ship-1"]);
  });

  it("finds an offer by the name that the provider uses", () => {
    const catalog = createCatalog([ship, boat]);
    expect(catalog.findOffer("openai", "gpt-boat")).toBe(boat.offers[0]);
    expect(catalog.findOffer("openai", "boat-1")).toBeUndefined();
    expect(catalog.findOffer("vertex", "gpt-boat")).toBeUndefined();
  });

  it("suggests ids and aliases", () => {
    expect(createCatalog([ship, boat]).suggest("boat-2", 3)).toEqual(["boat-1", "boat"]);
  });

  it("refuses a name that stands for two models, and one that stands for two offers", () => {
    expect(() => createCatalog([boat, fakeModel("boat", [])])).toThrow('"boat" twice');
    const twin = fakeModel("twin", [{ provider: "openai", upstreamModel: "gpt-boat" }]);
    expect(() => createCatalog([boat, twin])).toThrow('"gpt-boat" twice');
  });
});

describe("the models", () => {
  const catalog = createCatalog(models);
  const offers = models.flatMap((model) => model.offers.map((offer) => ({ model, offer })));
  const slugs = builtInProviders.map(({ type }) => type);

  it("agree with themselves", () => {
    expect(catalog.models.length).toBe(models.length);
  });

  it("have no name with a vendor's prefix, since that is an OpenRouter id", () => {
    const names = models.flatMap(({ id, aliases }) => [id, ...aliases]);
    expect(names.filter((name) => name.includes("/"))).toEqual([]);
    expect(names.filter((name) => !/^[a-z0-9][a-z0-9.-]*$/.test(name))).toEqual([]);
  });

  it("are had by built-in providers, and every one of those has some", () => {
    expect([...new Set(offers.map(({ offer }) => offer.provider))].sort()).toEqual(slugs.sort());
  });

  it("have at most one offer for a provider and an operation, so that it is clear which is meant", () => {
    for (const { model, offer } of offers) {
      for (const operation of offer.operations) {
        const same = model.offers.filter(
          ({ provider, operations }) =>
            provider === offer.provider && operations.includes(operation),
        );
        expect(same, `${model.id} at ${offer.provider}`).toEqual([offer]);
      }
    }
  });

  it("have prices above nothing, with a source and a day on which it was read", () => {
    for (const { model, offer } of offers) {
      for (const price of offer.prices) {
        const where = `${model.id} at ${offer.provider}`;
        expect(price.nanoUsd, where).toBeGreaterThan(0);
        expect(Number.isInteger(price.nanoUsd), where).toBe(true);
        expect(price.source, where).not.toBe("");
        expect(price.asOf, where).toMatch(/^2026-\d\d-\d\d$/);
      }
    }
  });

  it.each([
    ["nano-banana-pro", "gemini-3-pro-image"],
    ["gemini-3-pro-image-preview", "gemini-3-pro-image"],
    ["gpt-image-2-2026-04-21", "gpt-image-2"],
    ["nano-banana-2", "gemini-3.1-flash-image"],
    ["flux.2-pro", "flux-2-pro"],
  ])("know %s as %s", (alias, id) => {
    expect(catalog.find(alias)?.id).toBe(id);
  });

  it.each(["dall-e-3", "gpt-image-1", "imagen-3"])("no longer have %s", (dead) => {
    expect(catalog.find(dead)).toBeUndefined();
  });

  it("know who has Nano Banana Pro under which name", () => {
    const found = catalog.find("gemini-3-pro-image")?.offers ?? [];
    expect(found.map(({ provider, upstreamModel }) => `${provider} ${upstreamModel}`)).toEqual([
      "vertex gemini-3-pro-image",
      "gemini gemini-3-pro-image",
      "replicate google/nano-banana-pro",
      "fal fal-ai/nano-banana-pro",
      "fal fal-ai/nano-banana-pro/edit",
      "runware google:4@2",
      "openrouter google/gemini-3-pro-image",
    ]);
  });
});
