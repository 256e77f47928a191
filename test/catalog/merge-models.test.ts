import { describe, expect, it } from "vitest";
import {
  type CatalogChanges,
  type ModelChange,
  mergeModels,
  type OfferChange,
} from "../../src/catalog/merge-models.ts";
import type { Price } from "../../src/domain/model.ts";
import { fakeModel } from "../support/fake-request.ts";

const boat = {
  ...fakeModel(
    "boat-1",
    [
      { provider: "openai", upstreamModel: "gpt-boat", operations: ["text_to_image"] },
      { provider: "fal", upstreamModel: "fal/boat", operations: ["text_to_image"] },
      { provider: "fal", upstreamModel: "fal/boat/edit", operations: ["image_edit"] },
    ],
    ["boat", "dinghy"],
  ),
  displayName: "Boat",
};
const ship = fakeModel("ship-1", [{ provider: "openai", upstreamModel: "gpt-ship" }]);
const price: Price = { unit: "image", nanoUsd: 1, source: "us", asOf: "2026-11-22" };

describe("mergeModels", () => {
  it("leaves alone what nobody changes", () => {
    const merged = mergeModels([boat, ship], change("ship-1", { displayName: "Ship" }));
    expect(merged[0]).toBe(boat);
    expect(merged[1]).toEqual({ ...ship, displayName: "Ship" });
    expect(mergeModels([boat, ship], new Map())).toEqual([boat, ship]);
  });

  it("adds models after the known ones, named by their ids, which do what their offers do", () => {
    const merged = mergeModels(
      [ship],
      change("raft-1", {
        offers: new Map([
          ["openai", offers({ raft: { operations: ["image_edit"], prices: [price] } })],
          ["fal", offers({ "fal/raft": { operations: ["chat", "text_to_image"] } })],
        ]),
      }),
    );
    expect(merged.map(({ id }) => id)).toEqual(["ship-1", "raft-1"]);
    expect(merged[1]).toMatchObject({
      displayName: "raft-1",
      aliases: [],
      operations: ["text_to_image", "image_edit", "chat"],
      offers: [
        { provider: "openai", upstreamModel: "raft", operations: ["image_edit"], prices: [price] },
        { provider: "fal", upstreamModel: "fal/raft", prices: [] },
      ],
    });
  });

  it("changes of an offer what is named and nothing else", () => {
    const [changed] = mergeModels(
      [boat],
      change("boat-1", {
        offers: new Map([["fal", offers({ "fal/boat": { prices: [price] } })]]),
      }),
    );
    expect(changed).toEqual({
      ...boat,
      offers: boat.offers.map((each) =>
        each.upstreamModel === "fal/boat" ? { ...each, prices: [price] } : each,
      ),
    });
  });

  it("gives an offer another name at its place, with what it costs", () => {
    const priced = { ...boat, offers: boat.offers.map((each) => ({ ...each, prices: [price] })) };
    const [changed] = mergeModels(
      [priced],
      change("boat-1", {
        offers: new Map([["openai", offers({ "gpt-boat": { upstreamModel: "gpt-boat-2" } })]]),
      }),
    );
    expect(changed?.offers[0]).toEqual({ ...priced.offers[0], upstreamModel: "gpt-boat-2" });
    expect(changed?.offers).toHaveLength(3);
  });

  it("adds offers to a known model, which can then do more", () => {
    const [changed] = mergeModels(
      [boat],
      change("boat-1", {
        offers: new Map([["my-vllm", offers({ boat: { operations: ["image_upscale"] } })]]),
      }),
    );
    expect(changed?.offers.map(({ upstreamModel }) => upstreamModel)).toEqual([
      "gpt-boat",
      "fal/boat",
      "fal/boat/edit",
      "boat",
    ]);
    expect(changed?.operations).toEqual(["text_to_image", "image_edit", "image_upscale"]);
  });

  it("replaces the aliases whole", () => {
    const [changed] = mergeModels([boat], change("boat-1", { aliases: ["skiff"] }));
    expect(changed?.aliases).toEqual(["skiff"]);
    expect(changed?.displayName).toBe("Boat");
  });

  it("removes a model, a provider's offers, or one offer, and what only that could do", () => {
    expect(mergeModels([boat, ship], new Map([["boat-1", "remove"]]))).toEqual([ship]);
    const [without] = mergeModels(
      [boat],
      change("boat-1", { offers: new Map([["fal", "remove"]]) }),
    );
    expect(without?.offers).toEqual([boat.offers[0]]);
    expect(without?.operations).toEqual(["text_to_image"]);
    const [lighter] = mergeModels(
      [boat],
      change("boat-1", { offers: new Map([["fal", new Map([["fal/boat", "remove"]])]]) }),
    );
    expect(lighter?.offers).toEqual([boat.offers[0], boat.offers[2]]);
  });

  it("begins a model from nothing when it is replaced, at its place", () => {
    const merged = mergeModels(
      [boat, ship],
      change("boat-1", {
        replace: true,
        offers: new Map([["fal", offers({ "fal/boat": { operations: ["chat"] } })]]),
      }),
    );
    expect(merged.map(({ id }) => id)).toEqual(["boat-1", "ship-1"]);
    expect(merged[0]).toMatchObject({
      displayName: "boat-1",
      aliases: [],
      operations: ["chat"],
      offers: [{ provider: "fal", upstreamModel: "fal/boat", operations: ["chat"], prices: [] }],
    });
  });
});

function change(id: string, rest: Partial<ModelChange>): CatalogChanges {
  return new Map([[id, { replace: false, offers: new Map(), ...rest }]]);
}

function offers(changes: Readonly<Record<string, OfferChange>>): ReadonlyMap<string, OfferChange> {
  return new Map(Object.entries(changes));
}
