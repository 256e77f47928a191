import { describe, expect, it } from "vitest";
import { compileRules } from "../../src/router/compile-rules.ts";
import { patternSpecificity } from "../../src/router/pattern-specificity.ts";
import { fakeRules } from "../support/fake-request.ts";

const target = { provider: "openai" };

function matching(patterns: readonly string[], name: string): string[] {
  const rules = fakeRules(...patterns.map((pattern) => ({ models: [pattern], targets: [target] })));
  return compileRules(rules)
    .patterns([name])
    .map(({ pattern }) => pattern);
}

describe("a pattern", () => {
  it.each([
    ["*", "google/gemini-3-flash-preview", true],
    ["*", "imagen-3", true],
    ["*", ".hidden", true],
    ["imagen-*", "imagen-3", true],
    ["imagen-*", "imagen-3/fast.v2", true],
    ["imagen-*", "Imagen-3", false],
    ["imagen-*", "my-imagen-3", false],
    ["dall-e-*", "dall-e-3", true],
    ["gpt-5.*", "gpt-5.4", true],
    ["gpt-5.*", "gpt-55", false],
    ["google/*", "google/gemini/x", true],
    ["google/*", "google", false],
    ["*:free", "meta/llama-4:free", true],
    ["*-image", "google/gemini-3-pro-image", true],
    ["{imagen,dall-e}-*", "dall-e-3", true],
    ["gpt-[45]*", "gpt-5.4", true],
    ["gpt-?", "gpt-45", false],
    ["!gpt-*", "gpt-5.4", false],
    ["!gpt-*", "imagen-3", true],
  ])("%s on %s: %s", (pattern, name, expected) => {
    expect(matching([pattern], name).length === 1).toBe(expected);
  });
});

describe("compileRules", () => {
  it("keeps exact names out of the globs and finds them by look-up", () => {
    const rules = compileRules(
      fakeRules(
        { models: ["gpt-5.4", "gpt-*"], targets: [target] },
        { models: ["gpt-5.4"], targets: [target] },
      ),
    );
    expect(rules.literals).toEqual(["gpt-5.4"]);
    expect(rules.exact(["gpt-5.4"]).map(({ rule }) => rule.index)).toEqual([0, 1]);
    expect(rules.exact(["gpt-5"])).toEqual([]);
  });

  it("puts the longest literal part first, ties by the file, and the lone star last", () => {
    const patterns = ["*", "?*", "gemini-*", "*-image", "gemini-3-*", "gem*ni-*"];
    expect(matching(patterns, "gemini-3-pro-image")).toEqual([
      "gemini-3-*",
      "gemini-*",
      "*-image",
      "gem*ni-*",
      "?*",
      "*",
    ]);
    expect(matching(["a-*", "*-b"], "a-b")).toEqual(["a-*", "*-b"]);
  });

  it("names a rule once, by its most specific pattern", () => {
    const rules = compileRules(fakeRules({ models: ["*", "gpt-*"], targets: [target] }));
    expect(rules.patterns(["gpt-5.4"]).map(({ pattern }) => pattern)).toEqual(["gpt-*"]);
  });

  it("asks for every name of a model, the first one's rules first", () => {
    const rules = compileRules(
      fakeRules({ models: ["id"], targets: [target] }, { models: ["alias"], targets: [target] }),
    );
    expect(rules.exact(["alias", "id"]).map(({ pattern }) => pattern)).toEqual(["alias", "id"]);
  });
});

describe("patternSpecificity", () => {
  it.each([
    ["imagen-*", 7],
    ["imagen-3", 8],
    ["*", -1],
    ["**", -1],
    ["?*", 0],
    ["!gpt-*", 0],
    ["{imagen,dall-e}-*", 7],
    ["gpt-[45]*", 4],
    ["gpt-{4..9}", 5],
    ["@(a|bcd)-x*", 3],
    ["?(abc)x*", 1],
    ["(ab|abc)x", 3],
    ["a\\*b*", 3],
    ["{a,{bb,cc}}*", 1],
  ])("%s demands %i letters", (pattern, letters) => {
    expect(patternSpecificity(pattern)).toBe(letters);
  });
});
