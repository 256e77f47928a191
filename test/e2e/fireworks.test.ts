import { describe, expect, it } from "vitest";
import { ImageFormat } from "../../gen/spillway/v1/image_pb.ts";
import { attemptLines } from "../support/attempt-lines.ts";
import { chatRequest } from "../support/requests.ts";
import { startGateway } from "../support/start-gateway.ts";
import { tinyPng } from "../support/tiny-png.ts";

const yaml = `
sandbox: true
providers:
  fireworks: {}
  openai: {}
routes:
  - models: ["boat"]
    targets:
      - { provider: fireworks, priority: 0, model: flux-1-schnell-fp8 }
      - { provider: openai, priority: 1, model: gpt-image-2 }
  - models: ["ship"]
    targets:
      - { provider: fireworks, priority: 0, model: flux-kontext-pro }
      - { provider: openai, priority: 1, model: gpt-image-2 }
`;

const ask = (model: string, fault = "", options = {}) => ({
  model,
  task: { case: "textToImage", value: { prompt: "a paper boat", options } } as const,
  labels: fault === "" ? {} : { "sandbox.fault": fault },
});

describe("Fireworks, behind the gateway", () => {
  it.each([
    ["flux-schnell", ImageFormat.PNG, "image/png"],
    ["flux-schnell", ImageFormat.JPEG, "image/jpeg"],
    ["flux-schnell", ImageFormat.WEBP, "image/webp"],
    ["stable-diffusion-xl", ImageFormat.UNSPECIFIED, "image/png"],
    ["flux-kontext-max", ImageFormat.JPEG, "image/jpeg"],
  ])("draws with %s in the format that is asked for", async (model, format, mimeType) => {
    const gateway = await startGateway(yaml);
    const { provider, output } = await gateway.generate(
      ask(`fireworks/${model}`, "", {
        count: 2,
        format,
        size: { case: "aspectRatio", value: "16:9" },
      }),
    );
    expect(provider).toBe("fireworks");
    if (output.case !== "images") throw new Error("no images");
    expect(output.value.images.map((image) => image.mimeType)).toEqual([mimeType, mimeType]);
    for (const { width, height } of output.value.images)
      expect(width / height).toBeCloseTo(1.78, 1);
  });

  it("edits", async () => {
    const gateway = await startGateway(yaml);
    const source = { case: "data" as const, value: tinyPng(40, 20) };
    const { provider, upstreamModel, output, cost } = await gateway.generate({
      model: "fireworks/flux-kontext-pro",
      task: { case: "imageEdit", value: { prompt: "make it red", images: [{ source }] } },
    });
    expect(provider).toBe("fireworks");
    expect(upstreamModel).toBe("accounts/fireworks/models/flux-kontext-pro");
    expect(cost?.micros).toBe(40_000n);
    if (output.case !== "images") throw new Error("no images");
    expect(output.value.images[0]).toMatchObject({ width: 1440, height: 736 });
  });

  it("answers", async () => {
    const gateway = await startGateway(yaml);
    const request = chatRequest("gpt-oss-120b", { routing: { only: ["fireworks"] } });
    const { provider, output } = await gateway.generate(request);
    expect(provider).toBe("fireworks");
    expect(output.case).toBe("chat");
  });

  it.each<[string, string, readonly string[]]>([
    ["boat", "http-412", ["FIRST fireworks FAILED QUOTA SENT 412"]],
    ["boat", "http-404", ["FIRST fireworks FAILED MODEL_GONE SENT 404"]],
    ["boat", "rate-limit:9s", ["FIRST fireworks FAILED OVERLOADED SENT 429"]],
    [
      "ship",
      "fail-late",
      [
        "FIRST fireworks FAILED SERVER_FAULT SENT 200",
        "RETRY fireworks FAILED SERVER_FAULT SENT 200",
      ],
    ],
    // A job was accepted, and its id is lost: it is not submitted again.
    ["ship", "garbage", ["FIRST fireworks FAILED AMBIGUOUS AMBIGUOUS 200"]],
  ])("is passed over for %s after %s", async (model, fault, failed) => {
    const gateway = await startGateway(yaml);
    const { provider, attempts } = await gateway.generate(ask(model, `fireworks=${fault}`));
    expect(provider).toBe("openai");
    expect(attemptLines(attempts)).toEqual([...failed, "FAILOVER openai SUCCEEDED"]);
  });

  it.each(["boat", "ship"])(
    "refuses %s for good, though its answer is a success",
    async (model) => {
      const gateway = await startGateway(yaml);
      const error = await gateway.failure(ask(model, "fireworks=refuse"));
      expect(error.reasons).toEqual(["CONTENT_REFUSED"]);
    },
  );

  it.each(["empty", "garbage"])("is passed over after a picture that is %s", async (fault) => {
    const gateway = await startGateway(yaml);
    const { provider } = await gateway.generate(ask("boat", `fireworks=${fault}`));
    expect(provider).toBe("openai");
  });
});
