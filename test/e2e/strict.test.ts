import type { MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { AdjustmentKind, ParameterMode } from "../../gen/spillway/v1/generate_pb.ts";
import {
  ImageFormat,
  type ImageOptionsSchema,
  Quality,
  Resolution,
} from "../../gen/spillway/v1/image_pb.ts";
import { builtInProviders } from "../../src/providers/list.ts";
import { attemptLines } from "../support/attempt-lines.ts";
import { bestImageModel } from "../support/best-models.ts";
import { secretPrompt } from "../support/requests.ts";
import { startGateway } from "../support/start-gateway.ts";

type Options = MessageInitShape<typeof ImageOptionsSchema>;

const wide = { case: "aspectRatio", value: "16:9" } as const;
const at1K = { size: wide, resolution: Resolution.RESOLUTION_1K };
const square = { case: "pixels", value: { width: 1024, height: 1024 } } as const;
const seed = { seed: 7n };
const inHighQuality = { quality: Quality.HIGH };

interface Row {
  /** What the provider's best model does to the letter. */
  readonly exact: Options;
  /** What it cannot do to the letter, the field that says so, and who can. */
  readonly inexact: Options;
  readonly negativePrompt?: string;
  readonly field: string;
  readonly other: string;
}

const noSeed = {
  inexact: seed,
  field: "options.seed",
  other: "gemini",
};
const noQuality = {
  inexact: inHighQuality,
  field: "options.quality",
  other: "openai",
};

const rows: Readonly<Record<string, Row>> = {
  openrouter: {
    exact: { ...at1K, ...seed, count: 2 },
    inexact: {},
    negativePrompt: "rocks",
    field: "negative_prompt",
    other: "alibaba",
  },
  vertex: { exact: { ...at1K, ...seed, format: ImageFormat.JPEG, compression: 80 }, ...noQuality },
  gemini: { exact: { ...at1K, ...seed, count: 2 }, ...noQuality },
  openai: { exact: { size: square, ...inHighQuality, format: ImageFormat.WEBP }, ...noSeed },
  replicate: { exact: { ...at1K, format: ImageFormat.JPEG }, ...noSeed },
  fal: { exact: { ...at1K, ...seed, format: ImageFormat.WEBP }, ...noQuality },
  fireworks: {
    exact: { size: wide, ...seed, format: ImageFormat.PNG },
    inexact: { resolution: Resolution.RESOLUTION_2K },
    field: "options.resolution",
    other: "gemini",
  },
  runware: { exact: { size: square, count: 2, format: ImageFormat.WEBP }, ...noSeed },
  xai: { exact: at1K, ...noSeed },
  alibaba: { exact: { size: square, ...seed, count: 2 }, ...noQuality },
  deepinfra: { exact: { size: square }, ...noSeed },
};

describe("STRICT", () => {
  const drawing = builtInProviders.filter(({ operations }) => operations.text_to_image);

  it("is asked of every provider that draws", () => {
    expect(Object.keys(rows).sort()).toEqual(drawing.map(({ type }) => type).sort());
  });

  describe.each(Object.entries(rows))("with %s", (slug, row) => {
    it("is served by it when it does to the letter what is asked", async () => {
      const gateway = await startGateway("sandbox: true");
      const response = await gateway.generate(strict(`${slug}/${bestImageModel(slug)}`, row.exact));
      expect(response.provider).toBe(slug);
      // What takes several calls, or is done by Spillway, is none the less exact.
      const others = response.adjustments.filter(({ kind }) => kind !== AdjustmentKind.EMULATED);
      expect(others).toEqual([]);
      const { images } = response.output.value as { readonly images: readonly unknown[] };
      expect(images).toHaveLength(row.exact.count ?? 1);
    });

    it("passes it over when it does not, says why, and is served by who does", async () => {
      const { inexact, negativePrompt, field, other } = row;
      const gateway = await startGateway(`
sandbox: true
routes:
  - models: [boat]
    targets:
      - { provider: ${slug}, priority: 0, model: "${bestImageModel(slug)}" }
      - { provider: ${other}, priority: 1, model: "${bestImageModel(other)}" }
`);
      const alone = await gateway.failure(
        strict(`${slug}/${bestImageModel(slug)}`, inexact, negativePrompt),
      );
      expect(alone).toMatchObject({
        code: "FAILED_PRECONDITION",
        reasons: ["NO_CAPABLE_PROVIDER"],
        metadata: { parameters: field },
      });
      const { attempts } = await gateway.generate(strict("boat", inexact, negativePrompt));
      expect(attemptLines(attempts)).toEqual([`FIRST ${slug} SKIPPED`, `FIRST ${other} SUCCEEDED`]);
      expect(attempts[0]?.message).toBe(`${slug} cannot honour ${field} exactly.`);
    });
  });
});

function strict(model: string, options: Options, negativePrompt = "") {
  return {
    model,
    parameterMode: ParameterMode.STRICT,
    task: {
      case: "textToImage" as const,
      value: { prompt: secretPrompt, negativePrompt, options },
    },
  };
}
