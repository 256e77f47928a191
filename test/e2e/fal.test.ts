import { describe, expect, it } from "vitest";
import { CostBasis } from "../../gen/spillway/v1/cost_pb.ts";
import { attemptLines } from "../support/attempt-lines.ts";
import { startGateway } from "../support/start-gateway.ts";
import { tinyPng } from "../support/tiny-png.ts";

const yaml = `
sandbox: true
providers:
  fal: {}
  openai: {}
routes:
  - models: ["boat"]
    targets:
      - { provider: fal, priority: 0, model: fal-ai/flux/schnell }
      - { provider: openai, priority: 1, model: gpt-image-2 }
  - models: ["ship"]
    targets:
      - { provider: fal, priority: 0, model: fal-ai/nano-banana }
      - { provider: openai, priority: 1, model: gpt-image-2 }
`;

const ask = (model: string, fault = "") => ({
  model,
  task: { case: "textToImage", value: { prompt: "a paper boat" } } as const,
  labels: fault === "" ? {} : { "sandbox.fault": fault },
});

describe("fal, behind the gateway", () => {
  it("draws, and tells where in the queue the request stands", async () => {
    const gateway = await startGateway(yaml);
    const { events, error } = await gateway.stream({ generate: ask("boat") });
    expect(error).toBeUndefined();
    const progress = events.filter(({ case: name }) => name === "progress");
    expect(progress.map(({ value }) => value)).toMatchObject([
      { queuePosition: 1 },
      { queuePosition: 0 },
    ]);
    expect(events.at(-1)).toMatchObject({
      case: "completed",
      value: { provider: "fal", upstreamModel: "fal-ai/flux/schnell" },
    });
  });

  it.each<[string, readonly string[]]>([
    ["http-403", ["FIRST fal FAILED QUOTA SENT 403"]],
    ["rate-limit:9s", ["FIRST fal FAILED OVERLOADED SENT 429"]],
    [
      "http-502",
      // A page of fal's edge, behind which the job may be in the queue.
      [
        "FIRST fal FAILED SERVER_FAULT AMBIGUOUS 502",
        "RETRY fal FAILED SERVER_FAULT AMBIGUOUS 502",
      ],
    ],
    [
      "fail-late",
      ["FIRST fal FAILED SERVER_FAULT SENT 200", "RETRY fal FAILED SERVER_FAULT SENT 200"],
    ],
    ["empty", ["FIRST fal FAILED SERVER_FAULT SENT 200", "RETRY fal FAILED SERVER_FAULT SENT 200"]],
    // A job was accepted, and its id is lost: it is not submitted again.
    ["garbage", ["FIRST fal FAILED AMBIGUOUS AMBIGUOUS 200"]],
  ])("is passed over for the next one after %s", async (fault, failed) => {
    const gateway = await startGateway(yaml);
    const { provider, attempts } = await gateway.generate(ask("boat", `fal=${fault}`));
    expect(provider).toBe("openai");
    expect(attemptLines(attempts)).toEqual([...failed, "FAILOVER openai SUCCEEDED"]);
  });

  it.each(["boat", "ship"])("refuses %s for good", async (model) => {
    const gateway = await startGateway(yaml);
    const error = await gateway.failure(ask(model, "fal=refuse"));
    expect(error.reasons).toEqual(["CONTENT_REFUSED"]);
  });

  it.each([
    ["400ms", "SENT"],
    ["2s", "AMBIGUOUS"],
  ])(
    "is told to stop what takes longer than %s, which is sure only in the queue: %s",
    async (timeout, delivery) => {
      const gateway = await startGateway(yaml.replace("fal: {}", `fal: { timeout: ${timeout} }`));
      const { attempts } = await gateway.generate(ask("boat", "fal=slow:60s"));
      expect(attemptLines(attempts)).toEqual([
        `FIRST fal FAILED TIMEOUT ${delivery} 202`,
        "FAILOVER openai SUCCEEDED",
      ]);
    },
  );

  it("edits and enlarges", async () => {
    const gateway = await startGateway(yaml);
    const source = { case: "data" as const, value: tinyPng(40, 20) };
    const edited = await gateway.generate({
      model: "fal/fal-ai/nano-banana-pro/edit",
      task: { case: "imageEdit", value: { prompt: "make it red", images: [{ source }] } },
    });
    expect(edited.provider).toBe("fal");
    const enlarged = await gateway.generate({
      model: "fal/real-esrgan",
      task: { case: "imageUpscale", value: { image: { source }, scaleFactor: 4 } },
    });
    expect(enlarged).toMatchObject({ provider: "fal", upstreamModel: "fal-ai/esrgan" });
    const { output } = enlarged;
    expect(output.case === "images" && output.value.images).toMatchObject([
      { width: 160, height: 80, mimeType: "image/png" },
    ]);
  });

  it("costs what it says that it bills, where the images do not tell", async () => {
    const gateway = await startGateway(yaml);
    const source = { case: "data" as const, value: tinyPng(40, 20) };
    const { cost } = await gateway.generate({
      model: "fal/clarity-upscaler",
      task: { case: "imageUpscale", value: { image: { source }, scaleFactor: 4 } },
    });
    expect(cost).toMatchObject({
      basis: CostBasis.PRICED,
      micros: 30_000n,
      components: [{ unit: "megapixel", quantity: 1 }],
    });
  });
});
