import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { models } from "../../src/catalog/models.ts";
import { operations } from "../../src/domain/operation.ts";
import { builtInProviders, findProvider, providers } from "../../src/providers/list.ts";
import { witnesses } from "../differential/witnesses.ts";
import { openSandbox } from "../sandbox/open-sandbox.ts";

describe("the list of providers", () => {
  it("begins with the ten that it began with, in the order that callers see", () => {
    expect(builtInProviders.map((profile) => profile.type).slice(0, 10)).toEqual([
      "openrouter",
      "vertex",
      "gemini",
      "openai",
      "replicate",
      "fal",
      "fireworks",
      "runware",
      "xai",
      "alibaba",
    ]);
  });

  it("says of each what it is and where it reports its outages", () => {
    for (const profile of builtInProviders) {
      expect(profile.displayName).not.toBe("");
      expect(profile.description).toMatch(/^[A-Z].*\.$/);
      expect(profile.websiteUri).toMatch(/^https:\/\//);
      expect(profile.statusPageUri).toMatch(/^https:\/\//);
    }
  });

  it("says of each which files it reads, so that no GIF and no AVIF is a surprise to it", () => {
    for (const { operations, type } of providers) {
      for (const [operation, dialect] of Object.entries(operations)) {
        const { inputFile } = dialect.capabilities("a-model", {});
        if (operation === "text_to_image") continue;
        expect(inputFile?.types, `${type} ${operation}`).toContain("image/png");
        expect(inputFile?.types, `${type} ${operation}`).not.toContain("image/avif");
      }
    }
  });

  it("has every provider that Spillway speaks to, but for the operator's own", () => {
    const listed = builtInProviders;
    for (const provider of providers) {
      if (provider.kind !== "custom") expect(listed).toContain(provider);
    }
    expect(findProvider("openai-compatible")?.kind).toBe("custom");
  });
});

describe.each(builtInProviders.map((provider) => [provider.type, provider] as const))(
  "what docs/adding-a-provider.md asks for, of %s",
  (slug, provider) => {
    const can = operations.filter((operation) => provider.operations[operation] !== undefined);

    it("has a file of its own, and fixtures", () => {
      expect(readFileSync(`src/providers/${slug}.ts`, "utf8")).toContain(`type: "${slug}"`);
      expect(existsSync(`test/contract/fixtures/${slug}`)).toBe(true);
    });

    it("is offered in the catalogue for each operation", () => {
      const offered = models
        .flatMap(({ offers }) => offers)
        .filter((offer) => offer.provider === slug)
        .flatMap((offer) => offer.operations);
      expect(operations.filter((operation) => offered.includes(operation))).toEqual(can);
    });

    it("has a twin in the sandbox, at an address of its own", async () => {
      await using open = await openSandbox();
      expect(open.sandbox.baseUrls[slug]).toMatch(new RegExp(`^${open.sandbox.origin}/${slug}`));
    });

    it("has clients that bear witness, and a test that compares them", () => {
      expect(Object.keys(witnesses[slug] ?? {}).sort()).toEqual([...can].sort());
      expect(existsSync(`test/differential/same-request-${slug}.test.ts`)).toBe(true);
    });
  },
);

/** The first ten grew up with the house, and have a few rooms in it. */
describe.each(builtInProviders.slice(10).map(({ type }) => type))("the provider %s", (slug) => {
  it("is named in its own files, the catalogue and two lists, and nowhere else in the source", () => {
    const named = readdirSync("src", { recursive: true, encoding: "utf8" })
      .map((name) => join("src", name))
      .filter((path) => path.endsWith(".ts") && readFileSync(path, "utf8").includes(slug));
    const promised = new RegExp(
      `^src/(providers/(${slug}|list|dialects/${slug}-.+)|sandbox/(${slug}(-.+)?|sandbox)|catalog/.+-models)\\.ts$`,
    );
    expect(named.filter((path) => !promised.test(path))).toEqual([]);
    expect(named).toContain("src/providers/list.ts");
  });
});
