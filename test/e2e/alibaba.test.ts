import { describe, expect, it } from "vitest";
import { attemptLines } from "../support/attempt-lines.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { chatRequest, secretPrompt } from "../support/requests.ts";
import { startGateway } from "../support/start-gateway.ts";
import { tinyPng } from "../support/tiny-png.ts";
import { page } from "../support/upstream-acts.ts";

const yaml = `
sandbox: true
providers:
  alibaba: {}
  openai: {}
routes:
  - models: ["boat"]
    targets:
      - { provider: alibaba, priority: 0, model: wan2.5-t2i-preview }
      - { provider: openai, priority: 1, model: gpt-image-2 }
  - models: ["ship"]
    targets:
      - { provider: alibaba, priority: 0, model: qwen-image-2.0 }
      - { provider: openai, priority: 1, model: gpt-image-2 }
  - models: ["talk"]
    targets:
      - { provider: alibaba, priority: 0, model: qwen3.7-plus }
`;

const ask = (model: string, fault = "") => ({
  model,
  task: { case: "textToImage", value: { prompt: "a paper boat" } } as const,
  labels: fault === "" ? {} : { "sandbox.fault": fault },
});

describe("Model Studio, behind the gateway", () => {
  it.each([
    ["boat", "wan2.5-t2i-preview", { width: 1280, height: 1280 }],
    ["ship", "qwen-image-2.0", { width: 1024, height: 1024 }],
  ])("draws a %s with %s", async (model, upstreamModel, size) => {
    const gateway = await startGateway(yaml);
    const response = await gateway.generate(ask(model));
    expect(response).toMatchObject({ provider: "alibaba", upstreamModel });
    const { output } = response;
    expect(output.case === "images" && output.value.images).toMatchObject([
      { ...size, mimeType: "image/png" },
    ]);
  });

  it.each<[string, string, readonly string[]]>([
    ["boat", "http-402", ["FIRST alibaba FAILED QUOTA SENT 402"]],
    ["boat", "rate-limit:9s", ["FIRST alibaba FAILED OVERLOADED SENT 429"]],
    [
      "boat",
      "fail-late",
      ["FIRST alibaba FAILED SERVER_FAULT SENT 200", "RETRY alibaba FAILED SERVER_FAULT SENT 200"],
    ],
    [
      "ship",
      "empty",
      ["FIRST alibaba FAILED SERVER_FAULT SENT 200", "RETRY alibaba FAILED SERVER_FAULT SENT 200"],
    ],
    // A task was accepted, and its id is lost: it is not submitted again.
    ["boat", "garbage", ["FIRST alibaba FAILED AMBIGUOUS AMBIGUOUS 200"]],
  ])("is passed over for the next one when a %s meets %s", async (model, fault, failed) => {
    const gateway = await startGateway(yaml);
    const { provider, attempts } = await gateway.generate(ask(model, `alibaba=${fault}`));
    expect(provider).toBe("openai");
    expect(attemptLines(attempts)).toEqual([...failed, "FAILOVER openai SUCCEEDED"]);
  });

  it.each(["boat", "ship"])("refuses a %s for good", async (model) => {
    const gateway = await startGateway(yaml);
    const error = await gateway.failure(ask(model, "alibaba=refuse"));
    expect(error.reasons).toEqual(["CONTENT_REFUSED"]);
  });

  it("is told to stop a task that has not begun, and confirms it", async () => {
    const gateway = await startGateway(yaml.replace("alibaba: {}", "alibaba: { timeout: 600ms }"));
    const { attempts } = await gateway.generate(ask("boat", "alibaba=slow:60s"));
    expect(attemptLines(attempts)).toEqual([
      "FIRST alibaba FAILED TIMEOUT SENT 200",
      "FAILOVER openai SUCCEEDED",
    ]);
  });

  it("edits by call and by task", async () => {
    const gateway = await startGateway(yaml);
    const source = { case: "data" as const, value: tinyPng(400, 400) };
    const value = { prompt: "make it red", images: [{ source }] };
    for (const model of ["qwen-image-edit-plus", "wan2.5-i2i-preview"]) {
      const edited = await gateway.generate({ model, task: { case: "imageEdit", value } });
      expect(edited).toMatchObject({ provider: "alibaba", upstreamModel: model });
    }
  });

  it("chats, and streams the same", async () => {
    const gateway = await startGateway(yaml);
    const request = chatRequest("talk");
    const { output } = await gateway.generate(request);
    const text = output.case === "chat" ? output.value.text : "";
    expect(text).toContain(`You said: ${secretPrompt}`);
    const { events } = await gateway.stream({ generate: request });
    const deltas = events.flatMap((event) =>
      event.case === "textDelta" ? [event.value.text] : [],
    );
    expect(deltas.join("")).toBe(text);
  });

  it.each(["", "/api/v1", "/compatible-mode/v1"])(
    "is called by its whole path when its base URL ends in '%s'",
    async (ending) => {
      const upstream = await startFakeUpstream(page(502));
      const gateway = await startGateway(`
providers:
  alibaba: { keys: [k], base_url: "${upstream.url}/studio${ending}" }
`);
      await gateway.failure(ask("alibaba/qwen-image-2.0"));
      expect(upstream.requests[0]?.path).toBe(
        "/v1/studio/api/v1/services/aigc/multimodal-generation/generation",
      );
    },
  );
});
