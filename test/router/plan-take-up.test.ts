import { describe, expect, it } from "vitest";
import { createCatalog } from "../../src/catalog/catalog.ts";
import type { JobTicket } from "../../src/domain/job-ticket.ts";
import { compileRules } from "../../src/router/compile-rules.ts";
import { planTakeUp } from "../../src/router/plan-take-up.ts";
import { ticket } from "../failover/job-world.ts";
import { fakeEndpoint, fakeFleet } from "../support/fake-provider.ts";
import { fakeRequest, fakeRules } from "../support/fake-request.ts";

const rules = fakeRules({
  models: ["boat-1"],
  timeoutMs: 90_000,
  targets: [{ provider: "openai" }],
});

const world = {
  rules: compileRules(rules),
  fleet: fakeFleet(
    fakeEndpoint({ slug: "openai" }),
    fakeEndpoint({ slug: "fal" }),
    fakeEndpoint({ slug: "broke", configured: false }),
    fakeEndpoint({ slug: "talker", operations: ["chat"] }),
  ),
  catalog: createCatalog([]),
};

function leftAt(provider: string, upstreamModel = "make/boat"): JobTicket {
  const { attempt } = ticket();
  return ticket({ attempt: { ...attempt, model: "boat-1", provider, upstreamModel } });
}

describe("a plan to take up jobs", () => {
  it("has the targets that the tickets name, each once, whatever the rules say of them now", () => {
    const tickets = [leftAt("fal"), leftAt("fal"), leftAt("openai")];
    const plan = planTakeUp(fakeRequest(), tickets, world);
    expect(
      plan.candidates.map(({ endpoint, upstreamModel, model }) => [
        endpoint.slug,
        upstreamModel,
        model,
      ]),
    ).toEqual([
      ["fal", "make/boat", "boat-1"],
      ["openai", "make/boat", "boat-1"],
    ]);
  });

  it("asks nobody's leave for what is paid: neither who may be asked nor what it may cost", () => {
    const routing = { only: ["openai"], exclude: ["fal"], maxCostMicros: 1 };
    const plan = planTakeUp(fakeRequest({ routing }), [leftAt("fal")], world);
    expect(plan.candidates).toHaveLength(1);
  });

  it.each(["gone", "broke", "talker"])(
    "does without a provider that cannot be asked: %s",
    (slug) => {
      const plan = planTakeUp(fakeRequest(), [leftAt(slug)], world);
      expect(plan).toMatchObject({ model: "boat-1", candidates: [] });
    },
  );

  it("has the route's time, and the default where there is no route any more", () => {
    expect(planTakeUp(fakeRequest(), [leftAt("fal")], world).timeoutMs).toBe(90_000);
    const impossible = fakeRequest({ routing: { only: ["broke"] } });
    expect(planTakeUp(impossible, [leftAt("fal")], world).timeoutMs).toBe(90_000);
    const unrouted = { ...world, rules: compileRules([]) };
    expect(planTakeUp(fakeRequest(), [leftAt("fal")], unrouted).timeoutMs).toBeUndefined();
  });
});
