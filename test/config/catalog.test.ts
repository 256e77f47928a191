// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references as users write them
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CatalogConfig } from "../../src/config/config.ts";
import { formatProblem } from "../../src/config/problem.ts";
import type { Model, Price } from "../../src/domain/model.ts";
import { load, loadGood, problemsOf } from "./config-world.ts";

const config = `
catalog: { file: models.yaml }
providers:
  my-vllm: { type: openai-compatible, base_url: "http://10.0.0.5:8000/v1" }
`;
const path = "/etc/spillway/models.yaml";

/** The catalogue of these models, which a file says from its fourth line on. */
function catalogOf(models: string, section = "{ file: models.yaml }"): CatalogConfig {
  const text = config.replace("{ file: models.yaml }", section);
  return loadGood(text, {}, { [path]: fileOf(models) }).catalog;
}

function fileOf(models: string): string {
  return `source: us\nas_of: 2026-11-01\nmodels:\n${models}`;
}

/** What is wrong with these models, each as a line without the file's name. */
function wrong(models: string): readonly string[] {
  return linesOf(fileOf(models));
}

function linesOf(file: string): readonly string[] {
  const result = load(config, {}, { [path]: file });
  if (result.kind === "valid") return [];
  return result.problems.map((problem) => formatProblem(problem).replace(`${path}:`, ""));
}

const find = (catalog: CatalogConfig, id: string): Model | undefined =>
  catalog.models.find((model) => model.id === id);

const builtIn = loadGood("{}").catalog;

describe("a configuration without a catalogue file", () => {
  it("has the built-in catalogue", () => {
    expect(builtIn).toMatchObject({ builtIn: true, added: 0, changed: 0, removed: 0 });
    expect(find(builtIn, "gpt-image-2")?.displayName).toBe("GPT Image 2");
  });

  it("has the same version as one that says so", () => {
    expect(loadGood("catalog: { builtin: true }").version).toBe(loadGood("{}").version);
    expect(loadGood("catalog: { builtin: false }").version).not.toBe(loadGood("{}").version);
  });

  it("has no models at all without the built-in ones", () => {
    expect(loadGood("catalog: { builtin: false }").catalog.models).toEqual([]);
  });
});

describe("a catalogue file", () => {
  const harbor = `
  harbor-xl:
    name: Harbor XL
    aliases: [harbor, ours/harbor]
    offers:
      my-vllm:
        org/harbor-xl: { operations: [text_to_image], limits: { max_count: 4, sizes: [64x64] }, prices: [{ per: image, usd: 0.04 }] }
`;

  it("adds models to the built-in ones, for servers of one's own", () => {
    const catalog = catalogOf(harbor);
    expect(catalog).toMatchObject({ file: path, added: 1, changed: 0, removed: 0 });
    expect(catalog.models).toHaveLength(builtIn.models.length + 1);
    expect(find(catalog, "harbor-xl")).toEqual({
      id: "harbor-xl",
      displayName: "Harbor XL",
      aliases: ["harbor", "ours/harbor"],
      operations: ["text_to_image"],
      offers: [
        {
          provider: "my-vllm",
          upstreamModel: "org/harbor-xl",
          operations: ["text_to_image"],
          prices: [{ unit: "image", nanoUsd: 40_000_000, source: "us", asOf: "2026-11-01" }],
          limits: { maxCount: 4, sizes: ["64x64"] },
        },
      ],
    });
  });

  it("changes built-in ones and leaves the rest of them", () => {
    const catalog = catalogOf(`
  gpt-image-2:
    aliases: [our-default]
    offers: { openai: { gpt-image-2: { prices: [{ per: image, usd: 1 }] } }, openrouter: remove }
  stable-diffusion-xl: remove
`);
    expect(catalog).toMatchObject({ added: 0, changed: 1, removed: 1 });
    expect(find(catalog, "stable-diffusion-xl")).toBeUndefined();
    const before = find(builtIn, "gpt-image-2");
    const after = find(catalog, "gpt-image-2");
    expect(after).toMatchObject({ displayName: before?.displayName, aliases: ["our-default"] });
    expect(after?.offers.map(({ provider }) => provider)).toEqual(
      before?.offers.map(({ provider }) => provider).filter((slug) => slug !== "openrouter"),
    );
    expect(after?.offers[0]?.operations).toEqual(before?.offers[0]?.operations);
    expect(after?.offers[0]?.prices.map(({ nanoUsd }) => nanoUsd)).toEqual([1e9]);
  });

  it("is the whole catalogue without the built-in one, and may then use its names anew", () => {
    const own =
      "  mine: { aliases: [gpt-image-2], offers: { openai: { x: { operations: [chat] } } } }";
    const catalog = catalogOf(own, "{ file: models.yaml, builtin: false }");
    expect(catalog).toMatchObject({ builtIn: false, added: 1, changed: 0, removed: 0 });
    expect(catalog.models.map(({ id }) => id)).toEqual(["mine"]);
    expect(wrong(own)).toHaveLength(1);
  });

  it("can take a name from a built-in model for another", () => {
    const catalog = catalogOf(`
  gemini-3-pro-image: { aliases: [] }
  mine: { aliases: [nano-banana-pro], offers: { openai: { x: { operations: [chat] } } } }
`);
    expect(catalog.models.filter(({ aliases }) => aliases.includes("nano-banana-pro"))).toEqual([
      find(catalog, "mine"),
    ]);
  });

  it("may be empty of models, and takes references and anchors as the configuration does", () => {
    expect(loadGood(config, {}, { [path]: "source: us" }).catalog.changed).toBe(0);
    const anchored = fileOf(`
  a: &a { aliases: ["\${ALIAS}"], offers: { openai: { x: { operations: [chat] } } } }
  b: { <<: *a, aliases: [], offers: { openai: { y: { operations: [chat] } } } }
`);
    const { catalog } = loadGood(config, { ALIAS: "also-a" }, { [path]: anchored });
    expect(find(catalog, "a")?.aliases).toEqual(["also-a"]);
    expect(find(catalog, "b")?.offers[0]?.upstreamModel).toBe("y");
  });

  it("makes another version when it says something else, and the same when only a comment differs", () => {
    const versionOf = (file: string) => loadGood(config, {}, { [path]: file }).version;
    const base = versionOf(fileOf(harbor));
    expect(versionOf(`# a comment\n${fileOf(harbor)}`)).toBe(base);
    expect(versionOf(fileOf(harbor.replace("0.04", "0.05")))).not.toBe(base);
    expect(versionOf(fileOf(harbor.replace("max_count: 4", "max_count: 5")))).not.toBe(base);
  });

  it("stands beside the configuration, or where an absolute path says", () => {
    const absolute = "{ file: /srv/models.yaml }";
    const text = config.replace("{ file: models.yaml }", absolute);
    const result = load(text, {}, { "/srv/models.yaml": fileOf(harbor) });
    expect(result).toMatchObject({ kind: "valid", catalogFile: "/srv/models.yaml" });
    const bad = load(text, {}, { "/srv/models.yaml": "modls: {}" });
    expect(bad).toMatchObject({ kind: "invalid", catalogFile: "/srv/models.yaml" });
  });
});

describe("a price", () => {
  const priced = (price: string): Price | undefined =>
    find(
      catalogOf(`  m: { offers: { openai: { m: { operations: [chat], prices: [${price}] } } } }`),
      "m",
    )?.offers[0]?.prices[0];

  it.each([
    ["image", "0.04", "image", 40_000_000],
    ["image", "0", "image", 0],
    ["megapixel", "0.000000001", "megapixel", 1],
    ["second", "0.000225", "second", 225_000],
    ["million_input_tokens", "2.5", "input_token", 2_500],
    ["million_image_input_tokens", "0.001", "image_input_token", 1],
    ["million_output_tokens", "10", "output_token", 10_000],
    ["million_image_output_tokens", "1e1", "image_output_token", 10_000],
  ])("per %s of %s dollars is held exactly", (per, usd, unit, nanoUsd) => {
    expect(priced(`{ per: ${per}, usd: ${usd} }`)).toMatchObject({ unit, nanoUsd });
  });

  it("is held exactly, whatever the amount", () => {
    fc.assert(
      fc.property(fc.nat(99_999), fc.nat(999_999_999), (whole, nanos) => {
        const usd = `${whole}.${String(nanos).padStart(9, "0")}`;
        expect(priced(`{ per: image, usd: ${usd} }`)?.nanoUsd).toBe(whole * 1e9 + nanos);
      }),
      { numRuns: 50 },
    );
  });

  it("may hold for some images only, and say where it was read", () => {
    const said =
      "quality: high, resolution: 2K, size: 2048x2048, up_to_pixels: 4194304, source: a letter, as_of: 2026-02-28";
    expect(priced(`{ per: image, usd: 1, ${said} }`)).toEqual({
      unit: "image",
      nanoUsd: 1e9,
      quality: "high",
      resolution: "2K",
      size: "2048x2048",
      upToPixels: 4_194_304,
      source: "a letter",
      asOf: "2026-02-28",
    });
  });

  it("may hold for calls only that read little", () => {
    const said = "up_to_input_tokens: 200000, source: a letter, as_of: 2026-02-28";
    expect(priced(`{ per: million_input_tokens, usd: 2, ${said} }`)).toEqual({
      unit: "input_token",
      nanoUsd: 2000,
      upToInputTokens: 200_000,
      source: "a letter",
      asOf: "2026-02-28",
    });
  });
});

const offer = (rest: string) =>
  `  m: { offers: { openai: { m: { operations: [text_to_image], ${rest} } } } }`;
const price = (rest: string) => offer(`prices: [{ per: image, usd: 1, ${rest} }]`);

describe("a catalogue file with a mistake", () => {
  it.each([
    // What the schema says.
    ["  m: 5", "4:6: models.m: is 5; expected a mapping or remove"],
    ["  m: delete", '4:6: models.m: is "delete"; expected a mapping or remove'],
    ["  m:", "4:5: models.m: is empty; expected a mapping or remove"],
    [
      "  gpt-image-2: { offer: {} }",
      '4:18: models.gpt-image-2.offer: is not a known key; did you mean "offers"?',
    ],
    [
      "  gpt-image-2: { offers: { openai: [] } }",
      "4:36: models.gpt-image-2.offers.openai: is an empty list; expected a mapping or remove",
    ],
    [
      "  gpt-image-2: { aliases: a }",
      '4:27: models.gpt-image-2.aliases: is "a"; expected a list of names',
    ],
    [
      "  gpt-image-2: { aliases: [a b] }",
      '4:28: models.gpt-image-2.aliases[0]: is "a b"; expected at most 256 letters, digits and - _ . : / @ +, with no empty, "." or ".." segment',
    ],
    [
      "  gpt-image-2: { replace: 1 }",
      "4:27: models.gpt-image-2.replace: is 1; expected true or false",
    ],
    [
      "  a//b: remove",
      '4:3: models["a//b"]: is not a name; expected at most 256 letters, digits and - _ . : / @ +, with no empty, "." or ".." segment',
    ],
    [
      offer("limits: { max_count: 0 }"),
      "4:83: models.m.offers.openai.m.limits.max_count: is 0; expected a whole number from 1 to 10",
    ],
    [
      offer("limits: { sizes: [big] }"),
      '4:80: models.m.offers.openai.m.limits.sizes[0]: is "big"; expected a size in pixels, like "1024x1024"',
    ],
    [
      offer("limits: { aspect_ratios: [] }"),
      "4:87: models.m.offers.openai.m.limits.aspect_ratios: is an empty list; expected at least one of the aspect ratios",
    ],
    [
      offer("prices: 0.04"),
      "4:70: models.m.offers.openai.m.prices: is 0.04; expected a list of prices",
    ],
    [
      "  m: { offers: { openai: { m: { operations: [draw] } } } }",
      '4:46: models.m.offers.openai.m.operations[0]: is "draw"; expected one of text_to_image, image_edit, image_upscale, chat',
    ],
    [
      offer("prices: [{ per: picture, usd: 1 }]"),
      '4:78: models.m.offers.openai.m.prices[0].per: is "picture"; expected one of image, input_image, megapixel, second, million_input_tokens, million_image_input_tokens, million_output_tokens, million_image_output_tokens',
    ],
    [
      offer('prices: [{ per: image, usd: "$0.04" }]'),
      '4:90: models.m.offers.openai.m.prices[0].usd: is "$0.04"; expected an amount in US dollars, like 0.04',
    ],
    [
      offer("prices: [{ per: image, usd: -1 }]"),
      "4:90: models.m.offers.openai.m.prices[0].usd: is -1; expected an amount in US dollars, like 0.04",
    ],
    [
      offer("prices: [{ per: image, usd: .inf }]"),
      "4:90: models.m.offers.openai.m.prices[0].usd: is Infinity; expected an amount in US dollars, like 0.04",
    ],
    [
      offer("prices: [{ per: image }]"),
      "4:71: models.m.offers.openai.m.prices[0].usd: is missing; expected an amount in US dollars, like 0.04",
    ],
    [
      price("as_of: 2026-02-30"),
      '4:100: models.m.offers.openai.m.prices[0].as_of: is "2026-02-30"; expected a day, like "2026-11-22"',
    ],
    [
      price("quality: auto"),
      '4:102: models.m.offers.openai.m.prices[0].quality: is "auto"; expected one of low, medium, high',
    ],
    // Prices.
    [
      offer("prices: [{ per: image, usd: 0.0000000001 }]"),
      "4:90: models.m.offers.openai.m.prices[0].usd: is 1e-10, which is finer than billionths of a dollar for one image; expected at most 9 decimals",
    ],
    [
      offer("prices: [{ per: million_output_tokens, usd: 0.0375 }]"),
      "4:106: models.m.offers.openai.m.prices[0].usd: is 0.0375, which is finer than billionths of a dollar for one output token; expected at most 3 decimals",
    ],
    [
      offer("prices: [{ per: second, usd: 1, quality: low }]"),
      "4:94: models.m.offers.openai.m.prices[0].quality: does not apply here; expected it only per image or megapixel",
    ],
    [
      offer("prices: [{ per: image, usd: 1, up_to_input_tokens: 9 }]"),
      "4:93: models.m.offers.openai.m.prices[0].up_to_input_tokens: does not apply here; expected it only per million tokens",
    ],
    [
      offer("prices: [{ per: image, usd: 1, size: 1x1 }, { per: image, usd: 2, size: 1x1 }]"),
      "4:106: models.m.offers.openai.m.prices[1]: is for the same as prices[0]; expected one of them",
    ],
    // Models.
    [
      "  gpt-imag-2: remove",
      '4:3: models.gpt-imag-2: is not a model of the built-in catalogue; expected one, to remove it; did you mean "gpt-image-2"?',
    ],
    [
      "  sdxl: remove",
      '4:3: models.sdxl: is not a model of the built-in catalogue; expected one, to remove it; did you mean "stable-diffusion-xl"?',
    ],
    [
      "  gpt-imag-2: { name: x }",
      '4:3: models.gpt-imag-2: is a new model and has no offers; expected some; did you mean "gpt-image-2"?',
    ],
    [
      "  xyzzy: { offers: { openai: {} } }",
      "4:3: models.xyzzy: is a new model and has no offers; expected some",
    ],
    [
      "  gpt-image-2: { offers: { openai: { __proto__: { operations: [chat] } } } }",
      "4:38: models.gpt-image-2.offers.openai.__proto__: is not a usable name",
    ],
    [
      "  xyzzy: { replace: true, offers: { openai: { x: { operations: [chat] } } } }",
      "4:3: models.xyzzy: is not a model of the built-in catalogue; expected one, to replace it",
    ],
    [
      "  gpt-image-2: { replace: true }",
      '4:3: models.gpt-image-2: has no offers left; expected some, or "remove" for the whole model',
    ],
    [
      "  real-esrgan: { offers: { fal: remove, runware: remove } }",
      '4:3: models.real-esrgan: has no offers left; expected some, or "remove" for the whole model',
    ],
    [
      "  my-vllm/m: { offers: { my-vllm: { x: { operations: [chat] } } } }",
      '4:3: models["my-vllm/m"]: begins with the provider "my-vllm", which such a name forces; expected another name',
    ],
    [
      "  gpt-image-2: { aliases: [openai/ours] }",
      '4:28: models.gpt-image-2.aliases[0]: begins with the provider "openai", which such a name forces; expected another name',
    ],
    // Offers.
    [
      "  gpt-image-2: { offers: { opnai: { x: { operations: [chat] } } } }",
      '4:28: models.gpt-image-2.offers.opnai: is not a provider; expected one of spillway.yaml or a built-in one; did you mean "openai"?',
    ],
    [
      "  gpt-image-2: { offers: { my-vllm: remove } }",
      "4:28: models.gpt-image-2.offers.my-vllm: has nothing to remove in the built-in catalogue",
    ],
    [
      "  gpt-image-2: { offers: { openai: { gpt-imag-2: remove } } }",
      '4:38: models.gpt-image-2.offers.openai.gpt-imag-2: is not an offer of the built-in catalogue; expected one, to remove it; did you mean "gpt-image-2"?',
    ],
    [
      "  gpt-image-2: { offers: { openai: { gpt-imag-2: { prices: [] } } } }",
      '4:38: models.gpt-image-2.offers.openai.gpt-imag-2: is a new offer and has no operations; expected some; did you mean "gpt-image-2"?',
    ],
    [
      "  m: { offers: { openai: { m: { model: n, operations: [chat] } } } }",
      "4:33: models.m.offers.openai.m.model: does not apply here; expected it only for an offer of the built-in catalogue, which this is not",
    ],
    [
      "  m: { offers: { my-vllm: { m: { operations: [image_upscale] } } } }",
      "4:47: models.m.offers.my-vllm.m.operations[0]: is image_upscale, which my-vllm cannot do; expected one of text_to_image, image_edit, chat",
    ],
    // Limits.
    [
      "  m: { offers: { my-vllm: { m: { operations: [chat], limits: { max_count: 1 } } } } }",
      "4:54: models.m.offers.my-vllm.m.limits: does not apply here; expected it only for an offer of images",
    ],
    [
      "  m: { offers: { my-vllm: { m: { operations: [text_to_image], limits: { resolutions: [1K], max_input_images: 2 } } } } }",
      "4:73: models.m.offers.my-vllm.m.limits.resolutions: does not apply here; my-vllm lets nobody choose that for this model",
      "4:92: models.m.offers.my-vllm.m.limits.max_input_images: does not apply here; expected it only for an offer of image_edit",
    ],
    // Clashes.
    [
      "  gpt-image-2: { aliases: [flux-2-pro, x, x] }",
      '4:28: models.gpt-image-2.aliases[0]: is a name of the model "flux-2-pro" too; expected one model a name',
      "4:43: models.gpt-image-2.aliases[2]: is there twice",
    ],
    [
      "  sdxl: { offers: { openai: { x: { operations: [chat] } } } }",
      '4:3: models.sdxl: is a name of the model "stable-diffusion-xl" too; expected one model a name',
    ],
    [
      "  m: { offers: { openai: { gpt-image-2: { operations: [text_to_image] } } } }",
      '4:28: models.m.offers.openai.gpt-image-2: is an offer of the model "gpt-image-2" too; expected each name of a provider once',
    ],
    [
      "  gpt-image-2: { offers: { openai: { other: { operations: [image_edit] } } } }",
      '4:38: models.gpt-image-2.offers.openai.other: does image_edit, as "gpt-image-2" does; expected one offer of a provider for each operation',
    ],
    [
      "  m: { offers: { openai: { a: { operations: [chat] }, b: { operations: [chat] } } } }",
      '4:55: models.m.offers.openai.b: does chat, as "a" does; expected one offer of a provider for each operation',
    ],
    // The text.
    [
      "  m: { offers: { openai: { a: { operations: [chat] } } } }\n  m: { offers: { openai: { a: { operations: [chat] } } } }",
      "5:3: this key is there twice in the same mapping",
    ],
    [
      "  m: [",
      "4:7: this is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
    [
      '  gpt-image-2: { name: "${NOBODY}" }',
      "4:25: models.gpt-image-2.name: needs the environment variable NOBODY, which is not set; expected a value, or ${NOBODY:-} where it may be missing",
    ],
  ])("is told where it is and what was expected: %s", (models, ...expected) => {
    expect(wrong(models)).toEqual(expected);
  });

  it("is told in prices of which nobody says who says so", () => {
    const file = `models:\n${price("as_of: 2026-11-01")}`;
    expect(linesOf(file)).toEqual([
      "2:71: models.m.offers.openai.m.prices[0]: has no source; expected one here, or one for the whole file",
    ]);
    expect(linesOf(`models:\n${offer("prices: [{ per: image, usd: 1 }]")}`)).toHaveLength(2);
  });

  it("is no mapping", () => {
    expect(linesOf("")).toEqual(["1:1: is empty; expected a mapping"]);
    expect(linesOf("- a")).toEqual(["1:1: is a list; expected a mapping"]);
  });

  it("is told together with all the others, those of the configuration first", () => {
    const files = { [path]: fileOf("  a: remove\n  m: { nam: x }\n  b: remove") };
    const told = problemsOf(`${config}\nservr: {}\ncatalog2: {}`, {}, files);
    expect(told.map((line) => line.replace(/: (is|did).*/, ""))).toEqual([
      "6:1: servr",
      "7:1: catalog2",
      `${path}:4:3: models.a`,
      `${path}:5:3: models.m`,
      `${path}:5:8: models.m.nam`,
      `${path}:6:3: models.b`,
    ]);
  });

  it("blames nobody for the names of an entry that cannot be read", () => {
    // Whether the first would free the alias, nobody knows.
    const told = wrong(`
  gemini-3-pro-image: { aliases: [], nam: x }
  mine: { aliases: [nano-banana-pro], offers: { openai: { x: { operations: [chat] } } } }
`);
    expect(told).toEqual([expect.stringContaining("nam: is not a known key")]);
  });

  it("cannot be read", () => {
    expect(problemsOf(config)).toEqual([
      "2:18: catalog.file: names a file that cannot be read (ENOENT); expected a catalogue file",
    ]);
    const unset = config.replace("models.yaml", '"${HERE}/models.yaml"');
    expect(problemsOf(unset)).toEqual([expect.stringContaining("variable HERE")]);
  });

  it("is in the section of the configuration", () => {
    expect(problemsOf("catalog: { file: 5, builtin: maybe, fil: x }")).toEqual([
      "1:18: catalog.file: is 5; expected a path",
      '1:30: catalog.builtin: is "maybe"; expected true or false',
      '1:37: catalog.fil: is not a known key; did you mean "file"?',
    ]);
    expect(problemsOf("catalog: models.yaml")).toEqual([
      '1:10: catalog: is "models.yaml"; expected a mapping',
    ]);
  });

  it("never ends in anything but problems or a catalogue, whatever the names", () => {
    const name = fc.oneof(
      fc.constantFrom("__proto__", "constructor", "toString", "gpt-image-2", "openai", "fal", "m"),
      fc.string({ unit: "binary", maxLength: 12 }),
    );
    const leaf = fc.oneof(
      name,
      fc.constant("remove"),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 7 },
        leaf,
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(
          fc.oneof(name, fc.constantFrom("offers", "prices", "limits", "operations", "aliases")),
          tie("tree"),
          { maxKeys: 3 },
        ),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(name, tree, { maxKeys: 4 }), (models) => {
        // JSON is YAML.
        const file = JSON.stringify({ source: "us", as_of: "2026-11-01", models });
        const result = load(config, {}, { [path]: file });
        expect(["valid", "invalid"]).toContain(result.kind);
      }),
      { numRuns: 300 },
    );
  });
});
