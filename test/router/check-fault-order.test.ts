import { describe, expect, it } from "vitest";
import { checkFaultOrder } from "../../src/router/check-fault-order.ts";
import { fakeEndpoint, fakeFleet } from "../support/fake-provider.ts";
import { fakeRequest } from "../support/fake-request.ts";

const sandbox = fakeFleet(
  fakeEndpoint({ slug: "openai", sandbox: true }),
  fakeEndpoint({ slug: "gemini", sandbox: true }),
  fakeEndpoint({ slug: "my-vllm" }),
);

const ordered = (order: string, fleet = sandbox) =>
  checkFaultOrder(fakeRequest({ labels: { "sandbox.fault": order } }), fleet);

describe("a fault that a request orders", () => {
  it.each(["openai=http-503", "*=slow:2s, gemini = refuse", "", "openai=rate-limit:0.5s,"])(
    "is taken when embedded providers can show it: %j",
    (order) => {
      expect(ordered(order)).toBeUndefined();
    },
  );

  it.each([
    ["openai", "must be PROVIDER=FAULT, like openai=http-503 or *=slow:2s"],
    ["opanai=http-503", "must name an embedded provider or * before the = (did you mean openai?)"],
    ["my-vllm=reset", "must name an embedded provider or * before the ="],
    [
      "openai=reset,gemini=http-200",
      "must have one of http-NNN, timeout, refuse, empty, fail-late, cut-stream, slow:DURATION, rate-limit:DURATION, garbage, reset (NNN is 400 to 599, DURATION like 500ms, 2s or 1m) after the =",
    ],
  ])("is the wrong field when they cannot: %j", (order, description) => {
    expect(ordered(order)).toEqual({
      reason: "INVALID_REQUEST",
      message: `The request is not valid: labels["sandbox.fault"]: ${description}.`,
      metadata: {},
      fieldViolations: [{ field: 'labels["sandbox.fault"]', description, rule: "sandbox.fault" }],
    });
  });

  it("is a label like any other where every provider is real", () => {
    expect(ordered("anything", fakeFleet(fakeEndpoint({ slug: "openai" })))).toBeUndefined();
  });
});
