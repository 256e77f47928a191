import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { Adjustment } from "../../src/domain/adjustment.ts";
import type { ImageEditTask } from "../../src/domain/task.ts";
import { inputMedia } from "../../src/media/input-media.ts";
import type { Candidate, InputNeeds } from "../../src/router/plan.ts";
import type { DownloadResult } from "../../src/transport/transport.ts";
import { tinyPng } from "../support/tiny-png.ts";
import { attemptsOf, candidate, endpoint, execute, fails, gives } from "./world.ts";

const png = tinyPng(4, 4);

const task: ImageEditTask = {
  operation: "image_edit",
  prompt: "bluer",
  images: [{ kind: "url", url: "https://cats.example/cat.png", mimeType: "" }],
  maskPolarity: "white_is_edited",
  options: { count: 1 },
};

/** A target that edits, and says what it was given. */
function editor(slug: string, inputs: InputNeeds): Candidate {
  const made = candidate(slug, { task });
  const at = endpoint(slug, {
    request: (given) => ({
      method: "POST",
      path: "/edit",
      body: {
        kind: "json",
        value: {
          images:
            given.operation === "image_edit"
              ? given.images.map((image) => (image.kind === "url" ? image.url : image.mimeType))
              : [],
        },
      },
    }),
  });
  const { text_to_image: dialect } = at.provider.operations;
  const operations = { image_edit: dialect } as unknown as typeof at.provider.operations;
  return {
    ...made,
    endpoint: { ...at, provider: { ...at.provider, operations } },
    fit: { ...made.fit, inputs },
  };
}

const file = (): DownloadResult => ({ kind: "file", bytes: png, contentType: "" });

describe("a request that brings images by address", () => {
  it("gives each target what it takes, and fetches once", async () => {
    const { result, transport } = await execute({
      task,
      candidates: [
        editor("a", { fetch: false }),
        editor("b", { fetch: true }),
        editor("c", { fetch: true }),
      ],
      script: {
        steps: { a: [fails("overloaded")], b: [fails("overloaded")], c: [gives(1)] },
        download: file,
      },
    });
    expect(result.kind).toBe("generated");
    expect(transport.exchanges.map(({ exchange }) => exchange.call.body)).toMatchObject([
      { value: { images: ["https://cats.example/cat.png"] } },
      { value: { images: ["image/png"] } },
      { value: { images: ["image/png"] } },
    ]);
    expect(transport.downloads).toHaveLength(1);
  });

  it("is the caller's fault when an image cannot be had: nobody is asked, no attempt is made", async () => {
    const failure = { class: "server_fault", delivery: "sent", message: "It is gone." } as const;
    const { result, transport } = await execute({
      task,
      candidates: [editor("a", { fetch: true }), editor("b", { fetch: true })],
      script: { download: () => ({ kind: "failed", failure }) },
    });
    expect(result).toMatchObject({
      kind: "failed",
      error: {
        reason: "INVALID_REQUEST",
        message: "image_edit.images[0].url cannot be fetched: it is gone.",
        metadata: { model: "m", field: "image_edit.images[0].url" },
        fieldViolations: [{ field: "image_edit.images[0].url" }],
        attempts: undefined,
      },
    });
    expect(transport.exchanges).toEqual([]);
  });

  it("passes over a target for which they are too large", async () => {
    const { result, transport } = await execute({
      task,
      candidates: [editor("a", { fetch: true, maxBytes: 10 }), editor("b", { fetch: true })],
      script: { steps: { b: [gives(1)] }, download: file },
    });
    expect(attemptsOf(result)).toMatchObject([
      {
        provider: "a",
        outcome: "skipped",
        message: "a cannot take more than 10 bytes of input images.",
      },
      { provider: "b", outcome: "succeeded", reason: "first" },
    ]);
    expect(transport.exchanges).toHaveLength(1);
  });

  it("tells the conversion of an image that the target does not take as it is", async () => {
    const gif = await sharp(png).gif().toBuffer();
    const needs = { fetch: true, file: { types: ["image/png"] } };
    const { result } = await execute({
      task,
      inputMedia: {
        ...inputMedia,
        toPng: async () => ({ kind: "converted", bytes: png }),
      },
      candidates: [editor("a", needs)],
      script: {
        steps: { a: [gives(1)] },
        download: () => ({ kind: "file", bytes: gif, contentType: "" }),
      },
    });
    expect(result).toMatchObject({
      generated: {
        adjustments: [
          {
            field: "images[0]",
            requested: "image/gif",
            applied: "image/png",
            kind: "emulated",
            provider: "a",
          },
        ],
      },
    });
  });

  it("finds nobody when they are too large for all", async () => {
    const { result } = await execute({
      task,
      candidates: [editor("a", { fetch: true, maxBytes: 10 })],
      script: { download: file },
    });
    expect(result).toMatchObject({ error: { reason: "NO_CAPABLE_PROVIDER" } });
  });

  it("ends at its deadline while an image is on its way", async () => {
    const { result, transport } = await execute({
      task,
      deadlineMs: 5_000,
      callerDeadline: true,
      candidates: [editor("a", { fetch: true })],
      script: {
        download: ({ signal }) =>
          new Promise((resolve) => {
            const failure = { class: "cancelled", delivery: "sent", message: "Aborted." } as const;
            signal.addEventListener("abort", () => resolve({ kind: "failed", failure }));
          }),
      },
    });
    expect(result).toMatchObject({ at: 5_000, error: { reason: "DEADLINE" } });
    expect(transport.exchanges).toEqual([]);
  });
});

describe("an image whose link did not come about", () => {
  it("is reported as it is, in place of what was planned, once for its provider", async () => {
    const planned: Adjustment = {
      field: "options.delivery",
      requested: "url",
      applied: "url",
      kind: "emulated",
      provider: "a",
      reason: "Spillway keeps the file and gives a link to it.",
    };
    const seed: Adjustment = { ...planned, field: "options.seed", kind: "dropped" };
    const made = candidate("a", { adjustments: [planned, seed] });
    const linked = { ...made, fit: { ...made.fit, finish: { delivery: "url" } as const } };
    const { result } = await execute({
      candidates: [linked],
      script: { steps: { a: [gives(1)] } },
    });
    expect(result).toMatchObject({
      generated: {
        adjustments: [
          seed,
          { field: "options.delivery", kind: "dropped", applied: "", provider: "a" },
        ],
      },
    });
  });
});
