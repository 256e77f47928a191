import { describe, expect, it } from "vitest";
import { CostBasis } from "../../gen/spillway/v1/cost_pb.ts";
import { Quality, Resolution } from "../../gen/spillway/v1/image_pb.ts";
import { attemptLines } from "../support/attempt-lines.ts";
import { chatRequest } from "../support/requests.ts";
import { startGateway } from "../support/start-gateway.ts";
import { tinyPng } from "../support/tiny-png.ts";

const yaml = `
sandbox: true
providers:
  xai: {}
  openai: {}
routes:
  - models: ["boat"]
    targets:
      - { provider: xai, priority: 0, model: grok-imagine-image }
      - { provider: openai, priority: 1, model: gpt-image-2 }
  - models: ["talk"]
    targets:
      - { provider: xai, priority: 0, model: grok-4.3 }
      - { provider: openai, priority: 1, model: gpt-5.4 }
`;

const ask = (model: string, fault = "", options = {}) => ({
  model,
  task: { case: "textToImage", value: { prompt: "a paper boat", options } } as const,
  labels: fault === "" ? {} : { "sandbox.fault": fault },
});

describe("xAI, behind the gateway", () => {
  it("draws in the shape that is asked for, and costs what it reports", async () => {
    const gateway = await startGateway(yaml);
    const { provider, output, cost, adjustments } = await gateway.generate(
      ask("grok-imagine-image-2.0", "", {
        count: 2,
        size: { case: "aspectRatio", value: "16:10" },
        quality: Quality.LOW,
        resolution: Resolution.RESOLUTION_2K,
      }),
    );
    expect(provider).toBe("xai");
    expect(cost).toMatchObject({ basis: CostBasis.REPORTED, micros: 120_000n });
    expect(adjustments.map(({ field, applied }) => `${field} ${applied}`)).toContain(
      "options.aspect_ratio 3:2",
    );
    if (output.case !== "images") throw new Error("no images");
    expect(output.value.images).toHaveLength(2);
    expect(output.value.images[0]).toMatchObject({ mimeType: "image/jpeg", width: 2496 });
  });

  it("edits one image in its own shape, and says so", async () => {
    const gateway = await startGateway(yaml);
    const source = { case: "data" as const, value: tinyPng(40, 20) };
    const { output, cost, adjustments } = await gateway.generate({
      model: "xai/grok-imagine-image",
      task: {
        case: "imageEdit",
        value: {
          prompt: "make it red",
          images: [{ source }],
          options: { size: { case: "aspectRatio", value: "1:1" } },
        },
      },
    });
    expect(cost?.micros).toBe(22_000n);
    expect(adjustments.map(({ field }) => field)).toEqual(["options.aspect_ratio"]);
    if (output.case !== "images") throw new Error("no images");
    expect(output.value.images[0]).toMatchObject({ width: 1440, height: 736 });
  });

  it("answers, thinks aloud in a stream, and costs what it reports", async () => {
    const gateway = await startGateway(yaml);
    const { events, error } = await gateway.stream({ generate: chatRequest("talk") });
    expect(error).toBeUndefined();
    expect(events.at(-1)).toMatchObject({
      case: "completed",
      value: { provider: "xai", cost: { basis: CostBasis.REPORTED } },
    });
  });

  it.each<[string, readonly string[]]>([
    ["http-402", ["FIRST xai FAILED QUOTA SENT 402"]],
    ["http-403", ["FIRST xai FAILED QUOTA SENT 403"]],
    ["rate-limit:9s", ["FIRST xai FAILED OVERLOADED SENT 429"]],
    ["empty", ["FIRST xai FAILED SERVER_FAULT SENT 200", "RETRY xai FAILED SERVER_FAULT SENT 200"]],
  ])("is passed over for the next one after %s", async (fault, failed) => {
    const gateway = await startGateway(yaml);
    const { provider, attempts } = await gateway.generate(ask("boat", `xai=${fault}`));
    expect(provider).toBe("openai");
    expect(attemptLines(attempts)).toEqual([...failed, "FAILOVER openai SUCCEEDED"]);
  });

  it("is passed over when its stream begins with 200 and is none", async () => {
    const gateway = await startGateway(yaml);
    const request = { ...chatRequest("talk"), labels: { "sandbox.fault": "xai=empty" } };
    const { events, error } = await gateway.stream({ generate: request });
    expect(error).toBeUndefined();
    expect(events.at(-1)).toMatchObject({ value: { provider: "openai" } });
  });

  it("refuses for good, and bills what it refused", async () => {
    const gateway = await startGateway(yaml);
    const error = await gateway.failure(ask("boat", "xai=refuse"));
    expect(error.reasons).toEqual(["CONTENT_REFUSED"]);
    expect(error.attempts[0]?.cost).toMatchObject({ basis: CostBasis.REPORTED, micros: 20_000n });
  });
});
