import { describe, expect, it } from "vitest";
import { CostBasis } from "../../gen/spillway/v1/cost_pb.ts";
import { RefusalPolicy } from "../../gen/spillway/v1/generate_pb.ts";
import { Delivery, Resolution } from "../../gen/spillway/v1/image_pb.ts";
import { builtInProviders } from "../../src/providers/list.ts";
import { attemptLines } from "../support/attempt-lines.ts";
import { bestChatModel, bestImageModel } from "../support/best-models.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { chatRequest, imageRequest, secretPrompt } from "../support/requests.ts";
import { startGateway } from "../support/start-gateway.ts";
import { imagesOfWidths } from "../support/upstream-acts.ts";

describe("one request in three dialects", () => {
  const yaml = `
sandbox: true
routes:
  - models: ["boat"]
    targets:
      - { provider: fal, priority: 0, model: fal-ai/flux/schnell }
      - { provider: openai, priority: 1, model: gpt-image-1.5 }
      - { provider: vertex, priority: 2, model: gemini-3-pro-image }
`;

  it("means the same size to each, and says where it cannot", async () => {
    const gateway = await startGateway(yaml);
    const ask = (faults: string) =>
      gateway.generate({
        model: "boat",
        task: {
          case: "textToImage",
          value: {
            prompt: secretPrompt,
            options: {
              size: { case: "aspectRatio", value: "16:9" },
              resolution: Resolution.RESOLUTION_2K,
              delivery: Delivery.BYTES,
            },
          },
        },
        labels: { "sandbox.fault": faults },
      });
    const story = async (faults: string) => {
      const { provider, output, adjustments, attempts } = await ask(faults);
      const [image] = output.case === "images" ? output.value.images : [];
      return {
        provider,
        tried: attempts.map((attempt) => attempt.provider),
        size: `${image?.width}x${image?.height}`,
        adjusted: adjustments.map(({ field, applied }) => `${field}: ${applied}`),
      };
    };
    expect([
      await story(""),
      await story("fal=http-503"),
      await story("fal=http-503,openai=http-429"),
    ]).toEqual([
      {
        provider: "fal",
        tried: ["fal"],
        size: "1408x800",
        adjusted: ["options.resolution: 1408x800"],
      },
      {
        provider: "openai",
        tried: ["fal", "openai"],
        size: "1536x1024",
        adjusted: ["options.aspect_ratio: 1536x1024", "options.resolution: 1536x1024"],
      },
      { provider: "vertex", tried: ["fal", "openai", "vertex"], size: "2752x1536", adjusted: [] },
    ]);
  });

  it("keeps three images of the first and asks the next for the fourth", async () => {
    const first = await startFakeUpstream(imagesOfWidths(16, 32, 24));
    const yaml = `
sandbox: true
catalog: { file: models.yaml }
providers:
  first: { type: openai-compatible, base_url: "${first.url}" }
routes:
  - models: ["boat"]
    targets:
      - { provider: first, priority: 0, model: boat-large }
      - { provider: fal, priority: 1, model: fal-ai/flux/schnell }
`;
    const catalog = `
source: us
as_of: 2026-11-22
models:
  boat-xl:
    offers:
      first:
        boat-large: { operations: [text_to_image], prices: [{ per: image, usd: 0.04 }] }
`;
    const gateway = await startGateway(yaml, { catalog });
    const response = await gateway.generate(imageRequest("boat", {}, 4));
    const made = response.output.case === "images" ? response.output.value.images : [];
    expect(made.map(({ provider, width }) => [provider, width])).toEqual([
      ["first", 16],
      ["first", 32],
      ["first", 24],
      ["fal", 1024],
    ]);
    expect(attemptLines(response.attempts)).toMatchObject([
      expect.stringMatching(/^FIRST first PARTIAL/),
      expect.stringMatching(/^MISSING_IMAGES fal SUCCEEDED/),
    ]);
    expect(response.attempts.map(({ cost }) => cost)).toMatchObject([
      { basis: CostBasis.PRICED, micros: 120_000n },
      { basis: CostBasis.PRICED, micros: 3_000n },
    ]);
    expect(response.cost).toMatchObject({ basis: CostBasis.PRICED, micros: 123_000n });
  });
});

describe("a chat with a Google model that draws", () => {
  it.each(["gemini", "vertex"])("at %s is answered in words, once", async (slug) => {
    const gateway = await startGateway(`
sandbox: true
routes:
  - models: ["boat"]
    targets: [{ provider: ${slug}, model: gemini-3-pro-image }]
`);
    const { output, attempts } = await gateway.generate(chatRequest("boat"));
    expect(output.case === "chat" && output.value.text).toBeTruthy();
    expect(attemptLines(attempts)).toEqual([`FIRST ${slug} SUCCEEDED`]);
  });
});

describe("a refusal", () => {
  const another = (slug: string) => (slug === "openai" ? "gemini" : "openai");
  const cells = builtInProviders.flatMap(({ type, operations }) => [
    ...(operations.text_to_image ? [{ slug: type, what: "an image", model: bestImageModel }] : []),
    ...(operations.chat ? [{ slug: type, what: "a chat", model: bestChatModel }] : []),
  ]);

  it.each(cells)("of $what by $slug stops, unless the caller lets others judge", async (cell) => {
    const { slug, what, model } = cell;
    const other = another(slug);
    const gateway = await startGateway(`
sandbox: true
routes:
  - models: ["boat"]
    targets:
      - { provider: ${slug}, priority: 0, model: "${model(slug)}" }
      - { provider: ${other}, priority: 1, model: "${model(other)}" }
`);
    const ask = what === "a chat" ? chatRequest : imageRequest;
    const labels = { "sandbox.fault": `${slug}=refuse` };
    const error = await gateway.failure(ask("boat", { labels }));
    expect(error).toMatchObject({ code: "FAILED_PRECONDITION", reasons: ["CONTENT_REFUSED"] });
    expect(error.attempts).toHaveLength(1);
    const routing = { onRefusal: RefusalPolicy.NEXT };
    const response = await gateway.generate(ask("boat", { labels, routing } as never));
    expect(response.provider).toBe(other);
    expect(response.attempts).toHaveLength(2);
  });
});
