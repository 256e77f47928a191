import { z } from "zod";
import { operations } from "../domain/operation.ts";
import { parseShape } from "../domain/shape.ts";
import { checkedText, mapping, someText, wholeNumber, yesOrNo } from "./schema-parts.ts";

/** The `catalog` section of spillway.yaml. */
export const catalogSection = mapping({
  file: someText("a path")
    .optional()
    .describe("The file that adds models, changes them or takes them away."),
  builtin: yesOrNo()
    .default(true)
    .describe("Whether the built-in models are there. false leaves those of the file alone."),
});

/** What the file says where something of the built-in catalogue shall go. */
export const remove = "remove";

/** How a price is given, and how many units its amount is for. */
export const priceUnits = {
  image: { unit: "image", count: 1 },
  input_image: { unit: "input_image", count: 1 },
  megapixel: { unit: "megapixel", count: 1 },
  second: { unit: "second", count: 1 },
  million_input_tokens: { unit: "input_token", count: 1_000_000 },
  million_image_input_tokens: { unit: "image_input_token", count: 1_000_000 },
  million_output_tokens: { unit: "output_token", count: 1_000_000 },
  million_image_output_tokens: { unit: "image_output_token", count: 1_000_000 },
} as const;

/** Tells whether a request may name a model like this: see GenerateRequest.model. */
export function isModelName(text: string): boolean {
  return /^[A-Za-z0-9._:@+/-]{1,256}$/.test(text) && !/(^|\/)\.{0,2}(\/|$)/.test(text);
}

const expectedModelName =
  'at most 256 letters, digits and - _ . : / @ +, with no empty, "." or ".." segment';

const expectedUpstream = "at most 256 printable characters without spaces";

/** Names go into paths and bodies of calls. */
const upstreamName = /^[\x21-\x7e]{1,256}$/;

const dollars = "expected an amount in US dollars, like 0.04";

const size = checkedText('a size in pixels, like "1024x1024"', (text) =>
  /^[1-9]\d{0,4}x[1-9]\d{0,4}$/.test(text),
);

const aspectRatio = checkedText('an aspect ratio, like "16:9"', (text) => {
  return text.includes(":") && parseShape(text) !== undefined;
});

const resolution = oneOf(["1K", "2K", "4K"]);

// "auto" is what a provider chooses, so no price is known to be for it.
const quality = oneOf(["low", "medium", "high"]);

const sourceText = someText("who says so");

const day = z.iso.date({ error: 'expected a day, like "2026-11-22"' });

const price = mapping({
  per: z
    .enum(Object.keys(priceUnits) as (keyof typeof priceUnits)[], {
      error: `expected one of ${Object.keys(priceUnits).join(", ")}`,
    })
    .describe("What the amount is for."),
  usd: z
    .number({ error: dollars })
    .nonnegative({ error: dollars })
    .max(1_000_000, { error: dollars })
    .describe("US dollars: at most nine decimals, and three for a million tokens. 0 is free."),
  quality: quality.optional().describe("Only for images of this quality."),
  resolution: resolution.optional().describe("Only for images of this scale."),
  size: size.optional().describe("Only for images of this size in pixels."),
  up_to_pixels: wholeNumber(1, 1_000_000_000)
    .optional()
    .describe("Only for images of at most so many pixels."),
  up_to_input_tokens: wholeNumber(1, 1_000_000_000)
    .optional()
    .describe("Only for calls that read at most so many tokens."),
  source: sourceText.optional().describe("Where it was read. Without this key, the file's."),
  as_of: day.optional().describe("The day of it. Without this key, the file's."),
});

const limits = mapping({
  max_count: wholeNumber(1, 10).optional().describe("The most images of one call."),
  sizes: someOf(size, "sizes").optional().describe("The sizes in pixels that can be asked for."),
  aspect_ratios: someOf(aspectRatio, "aspect ratios")
    .optional()
    .describe("The aspect ratios that can be asked for."),
  resolutions: someOf(resolution, "scales")
    .optional()
    .describe("The scales that can be asked for."),
  qualities: someOf(quality, "qualities")
    .optional()
    .describe("The qualities that can be asked for."),
  max_input_images: wholeNumber(1, 64).optional().describe("The most input images of an edit."),
});

const offer = mapping(
  {
    model: checkedText(expectedUpstream, (text) => upstreamName.test(text))
      .optional()
      .describe("Of a built-in offer: the provider's name for the model from now on."),
    operations: someOf(oneOf(operations), "operations")
      .optional()
      .describe("What it does there. Required for a new offer."),
    prices: z
      .array(price, { error: "expected a list of prices" })
      .optional()
      .describe("What it costs there. [] is not known."),
    limits: limits
      .optional()
      .describe("What its images are held to, beyond what the provider can do."),
  },
  `expected a mapping or ${remove}`,
);

const offersOfProvider = z.record(
  z.string().regex(upstreamName, { error: `is not a name; expected ${expectedUpstream}` }),
  orRemove(offer),
  { error: `expected the provider's names for the model, or ${remove}` },
);

/** One entry of a catalogue file. */
export const modelSchema = mapping(
  {
    replace: yesOrNo()
      .default(false)
      .describe("Whether it takes the place of the built-in model, of which nothing stays."),
    name: checkedText("text", (text) => text.trim() !== "" && text.length <= 200)
      .optional()
      .describe("The name for people. Without this key, the id."),
    aliases: z
      .array(checkedText(expectedModelName, isModelName), { error: "expected a list of names" })
      .optional()
      .describe("Other names for it, all of them."),
    offers: z
      .record(z.string(), orRemove(offersOfProvider), {
        error: "expected a mapping of offers by provider",
      })
      .prefault({})
      .describe("Who has it, by the provider's slug, and under which names."),
  },
  `expected a mapping or ${remove}`,
);

/**
 * The one description of a catalogue file: it checks files,
 * docs/spillway-catalog.schema.json is written from it, and docs/configuration.md is tested against it.
 * What it cannot see, `catalogProblems` checks.
 */
export const catalogSchema = mapping({
  source: sourceText.optional().describe("Where prices were read that name no source."),
  as_of: day.optional().describe("The day of prices that name none."),
  models: z
    .record(
      z.string().refine(isModelName, { error: `is not a name; expected ${expectedModelName}` }),
      orRemove(modelSchema),
      { error: "expected a mapping of models by id" },
    )
    .prefault({})
    .describe("New models, and what is different about built-in ones, by id."),
});

/** A checked entry of it. */
export type CheckedModel = z.output<typeof modelSchema>;

/** A checked offer. */
export type CheckedOffer = z.output<typeof offer>;

/** A checked price. */
export type CheckedPrice = z.output<typeof price>;

/** The mapping stands first, so that what is wrong inside it is what is told. */
function orRemove<T extends z.ZodObject | z.ZodRecord>(schema: T) {
  return z.union([schema, z.literal(remove, { error: `expected a mapping or ${remove}` })]);
}

function someOf<T extends z.ZodType>(item: T, what: string) {
  return z
    .array(item, { error: `expected a list of ${what}` })
    .min(1, { error: `expected at least one of the ${what}` });
}

function oneOf<const T extends readonly string[]>(words: T) {
  return z.enum(words, { error: `expected one of ${words.join(", ")}` });
}
