import { describe, expect, it } from "vitest";
import { attemptLines } from "../support/attempt-lines.ts";
import { startGateway } from "../support/start-gateway.ts";
import { tinyPng } from "../support/tiny-png.ts";

const yaml = `
sandbox: true
providers:
  runware: {}
  openai: {}
routes:
  - models: ["boat"]
    targets:
      - { provider: runware, priority: 0, model: "runware:101@1" }
      - { provider: openai, priority: 1, model: gpt-image-2 }
  - models: ["ship"]
    targets:
      - { provider: runware, priority: 0, model: "bfl:5@1" }
      - { provider: openai, priority: 1, model: gpt-image-2 }
`;

const ask = (model: string, fault = "") => ({
  model,
  task: { case: "textToImage", value: { prompt: "a paper boat", options: { count: 2 } } } as const,
  labels: fault === "" ? {} : { "sandbox.fault": fault },
});

describe("runware, behind the gateway", () => {
  it.each([
    ["boat", "runware:101@1", 7600n],
    ["ship", "bfl:5@1", 7600n],
  ])(
    "draws a %s, in the call or as a job, and says what it costs",
    async (model, upstream, micros) => {
      const gateway = await startGateway(yaml);
      const response = await gateway.generate(ask(model));
      expect(response).toMatchObject({ provider: "runware", upstreamModel: upstream });
      expect(response.cost).toMatchObject({ micros });
      expect(attemptLines(response.attempts)).toEqual(["FIRST runware SUCCEEDED"]);
      expect(gateway.sandbox?.submissions()["runware"]).toBe(1);
    },
  );

  it("asks for its task by its own id when the answer breaks off, and buys it once", async () => {
    const gateway = await startGateway(yaml);
    const { provider, attempts } = await gateway.generate(ask("boat", "runware=cut-stream"));
    expect(provider).toBe("runware");
    expect(attempts).toHaveLength(1);
    expect(gateway.sandbox?.submissions()).toMatchObject({ runware: 1, openai: 0 });
  });

  it.each<[string, string, readonly string[]]>([
    ["boat", "http-402", ["FIRST runware FAILED QUOTA SENT 402"]],
    ["boat", "rate-limit:9s", ["FIRST runware FAILED OVERLOADED SENT 429"]],
    [
      "boat",
      "http-502",
      ["FIRST runware FAILED SERVER_FAULT SENT 502", "RETRY runware FAILED SERVER_FAULT SENT 502"],
    ],
    [
      "ship",
      "fail-late",
      ["FIRST runware FAILED SERVER_FAULT SENT 200", "RETRY runware FAILED SERVER_FAULT SENT 200"],
    ],
    [
      "ship",
      "empty",
      ["FIRST runware FAILED SERVER_FAULT SENT 200", "RETRY runware FAILED SERVER_FAULT SENT 200"],
    ],
    // It is asked for, and nobody knows it: what became of it stays open.
    ["boat", "reset", ["FIRST runware FAILED AMBIGUOUS AMBIGUOUS 400"]],
    ["boat", "http-504", ["FIRST runware FAILED AMBIGUOUS AMBIGUOUS 400"]],
    ["ship", "garbage", ["FIRST runware FAILED AMBIGUOUS AMBIGUOUS 400"]],
  ])("passes a %s on after %s", async (model, fault, failed) => {
    const gateway = await startGateway(yaml);
    const { provider, attempts } = await gateway.generate(ask(model, `runware=${fault}`));
    expect(provider).toBe("openai");
    expect(attemptLines(attempts).slice(0, -1)).toEqual(failed);
  });

  it.each(["boat", "ship"])("does not launder the refusal of a %s", async (model) => {
    const gateway = await startGateway(yaml);
    const { reasons } = await gateway.failure(ask(model, "runware=refuse"));
    expect(reasons).toEqual(["CONTENT_REFUSED"]);
    expect(gateway.sandbox?.submissions()["openai"]).toBe(0);
  });

  it("edits by a mask and in the shape of its input", async () => {
    const gateway = await startGateway(yaml);
    const { images } = await gatewayImages(gateway, {
      model: "runware/civitai:101055@128078",
      task: {
        case: "imageEdit",
        value: {
          prompt: "a red boat",
          images: [{ source: { case: "data", value: tinyPng(1000, 700) } }],
          mask: { source: { case: "data", value: tinyPng(1000, 700) } },
        },
      },
    });
    expect(images).toMatchObject([{ width: 1024, height: 704 }]);
  });

  it("gives further options of the caller's to its task", async () => {
    const gateway = await startGateway(yaml);
    const error = await gateway.failure({
      ...ask("boat"),
      providerOptions: { runware: { steps: 101 } },
    });
    expect(error.reasons).toEqual(["UPSTREAM_REJECTED"]);
  });

  it("enlarges", async () => {
    const gateway = await startGateway(yaml);
    const { images } = await gatewayImages(gateway, {
      model: "runware/runware:503@1",
      task: {
        case: "imageUpscale",
        value: { image: { source: { case: "data", value: tinyPng(40, 20) } }, scaleFactor: 4 },
      },
    });
    expect(images).toMatchObject([{ width: 160, height: 80 }]);
  });
});

type Gateway = Awaited<ReturnType<typeof startGateway>>;

async function gatewayImages(gateway: Gateway, request: Parameters<Gateway["generate"]>[0]) {
  const { output } = await gateway.generate(request);
  if (output.case !== "images") throw new Error("there are no images");
  return output.value;
}
