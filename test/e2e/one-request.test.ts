import { describe, expect, it } from "vitest";
import type { Adjustment, GenerateResponse } from "../../gen/spillway/v1/generate_pb.ts";
import { Delivery, ImageFormat, Resolution } from "../../gen/spillway/v1/image_pb.ts";
import {
  areaOf,
  nearestTier,
  parseShape,
  ratioDistance,
  type Shape,
} from "../../src/domain/shape.ts";
import { sniffImage } from "../../src/media/sniff-image.ts";
import { builtInProviders } from "../../src/providers/list.ts";
import { bestChatModel, bestImageModel } from "../support/best-models.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { chatRequest, secretPrompt } from "../support/requests.ts";
import { startGateway } from "../support/start-gateway.ts";
import { imagesOfWidths } from "../support/upstream-acts.ts";

const drawing = builtInProviders.filter(({ operations }) => operations.text_to_image !== undefined);
const chatting = builtInProviders.filter(({ operations }) => operations.chat !== undefined);

describe("one request for images, asked of every provider by name", () => {
  it.each(drawing.map(({ type }) => type))("gives two WEBP images of 16:9 by %s", async (slug) => {
    const gateway = await startGateway("sandbox: true");
    const response = await gateway.generate(twoWideImages(`${slug}/${bestImageModel(slug)}`));
    expect(response.provider).toBe(slug);
    const { images } = imagesOf(response);
    expect(images).toHaveLength(2);
    for (const image of images) {
      const bytes = image.content.case === "data" ? image.content.value : new Uint8Array();
      expect(sniffImage(bytes)).toEqual({
        mimeType: "image/webp",
        format: "webp",
        width: image.width,
        height: image.height,
      });
      expectPromised(image, response.adjustments);
    }
  });
});

describe("a provider that makes images of its own size", () => {
  it("is told of by its size and its scale, whatever was asked", async () => {
    const upstream = await startFakeUpstream(imagesOfWidths(512, 512));
    const gateway = await startGateway(`
providers:
  openai: { keys: [key], base_url: "${upstream.url}" }
`);
    const response = await gateway.generate(twoWideImages("openai/gpt-image-2"));
    const told = {
      applied: "512x8",
      reason: "The provider made another size than it was asked for.",
    };
    expect(response.adjustments).toMatchObject([
      { field: "options.aspect_ratio", requested: "16:9", ...told },
      { field: "options.resolution", requested: "2K", ...told },
    ]);
    for (const image of imagesOf(response).images) expectPromised(image, response.adjustments);
  });
});

describe("one chat, asked of every provider that chats", () => {
  it.each(chatting.map(({ type }) => type))("is answered by %s, streamed and not", async (slug) => {
    const gateway = await startGateway("sandbox: true");
    const request = chatRequest(bestChatModel(slug), { routing: { only: [slug] } } as never);
    const whole = await gateway.generate(request);
    expect(whole.provider).toBe(slug);
    expect(chatText(whole)).toContain(secretPrompt);
    const { events, error } = await gateway.stream({ generate: request } as never);
    expect(error).toBeUndefined();
    const pieces = events.map((event) =>
      event.case === "textDelta" && !event.value.reasoning ? event.value.text : "",
    );
    const last = events.at(-1);
    expect(last?.case).toBe("completed");
    expect(last?.case === "completed" && chatText(last.value)).toBe(pieces.join(""));
  });
});

function twoWideImages(model: string) {
  const options = {
    count: 2,
    size: { case: "aspectRatio" as const, value: "16:9" },
    resolution: Resolution.RESOLUTION_2K,
    format: ImageFormat.WEBP,
    delivery: Delivery.BYTES,
  };
  return {
    model,
    task: { case: "textToImage" as const, value: { prompt: secretPrompt, options } },
  };
}

/**
 * Compares an image of 16:9 at 2K with what the response promises of it: what was asked,
 * or what an adjustment says that was applied instead, which is pixels to the last one,
 * a ratio within 5 %, or a scale: the nearest one to the image.
 */
function expectPromised(image: Shape, adjustments: readonly Adjustment[]): void {
  const applied = (field: string) => adjustments.find((one) => one.field === field)?.applied;
  for (const promise of [
    applied("options.aspect_ratio") ?? "16:9",
    applied("options.resolution") ?? "2K",
  ]) {
    const shape = parseShape(promise);
    if (promise.includes("x")) expect(`${image.width}x${image.height}`).toBe(promise);
    else if (shape !== undefined) expect(ratioDistance(image, shape)).toBeLessThan(0.05);
    else if (promise !== "") expect(nearestTier(areaOf(image))).toBe(promise);
  }
}

function imagesOf(response: GenerateResponse) {
  if (response.output.case !== "images") throw new Error("no images");
  return response.output.value;
}

function chatText(response: GenerateResponse): string {
  if (response.output.case !== "chat") throw new Error("no chat");
  return response.output.value.text;
}
