import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.ts";
import { AttemptOutcome, AttemptReportSchema } from "../../gen/spillway/v1/attempt_pb.ts";
import { CostBasis } from "../../gen/spillway/v1/cost_pb.ts";
import type { RouteRequest } from "../../gen/spillway/v1/gateway_service_pb.ts";
import { HealthState, Operation } from "../../gen/spillway/v1/provider_pb.ts";
import { ResolutionStep, Strategy } from "../../gen/spillway/v1/route_pb.ts";
import { type FakeGateway, run } from "./command-world.ts";

const requests: RouteRequest[] = [];
const gateway: FakeGateway = {
  getModel: ({ id }) => ({ model: { id, operations: [Operation.TEXT_TO_IMAGE] } }),
  route: (request) => {
    requests.push(request);
    return {
      model: "imagen-3",
      resolution: ResolutionStep.PATTERN_RULE,
      matchedRule: { index: 0, line: 15, models: ["imagen-*"], matchedPattern: "imagen-*" },
      shadowedRules: [{ index: 1, line: 22, models: ["*"], matchedPattern: "*" }],
      candidates: [
        {
          provider: "openai",
          upstreamModel: "gpt-image-2",
          priority: 1,
          weight: 70,
          probability: 0.7,
          health: HealthState.COOLING_DOWN,
          cost: { micros: 40_000n, basis: CostBasis.PRICED },
          adjustments: [{ field: "options.seed", requested: "7", reason: "It has no seed." }],
        },
        {
          provider: "replicate",
          upstreamModel: "google/nano-banana-pro",
          priority: 1,
          weight: 30,
          probability: 0.3,
          cost: { basis: CostBasis.UNKNOWN },
        },
      ],
      skipped: [{ provider: "vertex", upstreamModel: "x", skipReason: "It is not configured." }],
      estimate: {
        best: { micros: 40_000n, basis: CostBasis.PRICED },
        worst: { basis: CostBasis.UNKNOWN },
      },
      configVersion: "0123456789ab",
    };
  },
};

describe("spillway route", () => {
  it("prints the plan as tables", async () => {
    const ran = await run(["route", "imagen-3", "--count", "2"], { gateway });
    expect(ran.code).toBe(0);
    expect(ran.output.split("\n")).toEqual([
      "imagen-3: a rule's pattern matches",
      "rule: imagen-* (routes[0], line 15)",
      "passed over: * (routes[1], line 22)",
      "",
      "#  provider   model there             group  weight  first  health           cost",
      "1  openai     gpt-image-2                 1      70   70 %  cooling down  $0.0400",
      "2  replicate  google/nano-banana-pro      1      30   30 %  unknown       unknown",
      "",
      "left out  model there  why",
      "vertex    x            It is not configured.",
      "",
      "cost: $0.0400 if all goes well, at worst unknown",
      "openai: options.seed 7 would be dropped. It has no seed.",
      "configuration: 0123456789ab",
      "",
    ]);
    expect(requests.at(-1)?.generate?.task).toMatchObject({
      case: "textToImage",
      value: { options: { count: 2 } },
    });
  });

  it("says why each target stands where it stands, where that is not by weight", async () => {
    const target = { upstreamModel: "m", weight: 1, cost: { basis: CostBasis.UNKNOWN } };
    const choices = [
      { strategy: Strategy.FASTEST, inFlight: 0 },
      {
        strategy: Strategy.FASTEST,
        latency: { nanos: 240_000_000 },
        inFlight: 2,
        score: { nanos: 720_000_000 },
      },
      { strategy: Strategy.CHEAPEST, price: { micros: 40_000n, basis: CostBasis.PRICED } },
      { strategy: Strategy.ROUTING_KEY },
      { strategy: Strategy.WEIGHTED },
    ];
    const explaining: FakeGateway = {
      ...gateway,
      route: () => ({
        model: "m",
        resolution: ResolutionStep.EXACT_RULE,
        matchedRule: { models: ["m"], matchedPattern: "m", strategy: Strategy.FASTEST },
        candidates: choices.map((choice, index) => ({
          ...target,
          provider: `p${index}`,
          priority: index,
          choice,
        })),
      }),
    };
    const { output } = await run(["route", "m"], { gateway: explaining });
    expect(output).toContain("rule: m (routes[0], fastest)");
    const places = output.split("\n").filter((line) => /^\d {2}p\d/.test(line));
    expect(places.map((line) => line.replace(/^.*unknown {2}(?! )/, ""))).toEqual([
      "never answered yet",
      "240 ms, 2 in flight: score 720 ms",
      "compared at $0.0400",
      "by routing key",
      "by weight",
    ]);
  });

  it.each([
    [{ delay: { nanos: 800_000_000 } }, "the next target is asked too after 800 ms"],
    [
      { delay: { seconds: 1n, nanos: 250_000_000 }, percentile: 95 },
      "the next target is asked too after 1.25 s, the 95th percentile",
    ],
    [{ percentile: 95 }, "none before the 95th percentile is known"],
  ])("says when a slow attempt would be hedged: %o", async (hedge, text) => {
    const hedging: FakeGateway = { ...gateway, route: () => ({ model: "m", hedge }) };
    const { output } = await run(["route", "m"], { gateway: hedging });
    expect(output).toContain(`\nhedge: ${text}\n`);
  });

  it("needs no gateway with a configuration", async () => {
    const files = { "spillway.yaml": "providers: { openai: { keys: [k] } }" };
    const ran = await run(["route", "imagen-3", "--config", "spillway.yaml"], { gateway, files });
    expect(ran.code).toBe(0);
    expect(ran.servers).toEqual(["offline spillway.yaml"]);
  });

  it("lists the mistakes of that configuration", async () => {
    const files = { "spillway.yaml": "server: { drain: 30 }" };
    const ran = await run(["route", "imagen-3", "--config", "spillway.yaml"], { gateway, files });
    expect(ran.code).toBe(1);
    expect(ran.errors).toMatch(/^spillway.yaml:1:18: server.drain: is 30;/);
  });

  it("shows who was passed over when nobody is left to ask", async () => {
    const route = () => {
      throw new ConnectError("No provider can do it.", Code.FailedPrecondition, undefined, [
        { desc: ErrorInfoSchema, value: { reason: "NO_CAPABLE_PROVIDER" } },
        {
          desc: AttemptReportSchema,
          value: {
            attempts: [
              {
                number: 1,
                provider: "vertex",
                upstreamModel: "imagen-3",
                outcome: AttemptOutcome.SKIPPED,
                message: "vertex has no credentials here.",
              },
            ],
          },
        },
      ]);
    };
    const ran = await run(["route", "imagen-3"], { gateway: { ...gateway, route } });
    expect(ran.code).toBe(1);
    expect(ran.errors.split("\n")).toEqual([
      "error: No provider can do it. (NO_CAPABLE_PROVIDER)",
      "#  provider  model     outcome  time  why",
      "1  vertex    imagen-3  skipped        vertex has no credentials here.",
      "what to do: ask for less, or name other providers: the table says why each one was left out",
      "",
    ]);
  });

  it("passes suggestions on", async () => {
    const route = () => {
      throw new ConnectError('No model "imagem-3".', Code.NotFound, undefined, [
        {
          desc: ErrorInfoSchema,
          value: { reason: "MODEL_NOT_FOUND", metadata: { suggestions: "imagen-3, imagen-4" } },
        },
      ]);
    };
    const ran = await run(["route", "imagem-3"], { gateway: { ...gateway, route } });
    expect(ran.code).toBe(1);
    expect(ran.errors).toBe(
      'error: No model "imagem-3". (MODEL_NOT_FOUND)\ndid you mean: imagen-3, imagen-4\nwhat to do: check the name, or add a rule for it to spillway.yaml\n',
    );
  });
});
