import { describe, expect, it } from "vitest";
import { createCatalog } from "../../src/catalog/catalog.ts";
import type { Operation } from "../../src/domain/operation.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { compileRules } from "../../src/router/compile-rules.ts";
import { type ModelMeaning, resolveModel } from "../../src/router/resolve-model.ts";
import type { RoutingWorld } from "../../src/router/routing-world.ts";
import { fakeEndpoint, fakeFleet } from "../support/fake-provider.ts";
import { fakeModel, fakeRules } from "../support/fake-request.ts";

const both: readonly Operation[] = ["text_to_image", "chat"];
const catalog = createCatalog([
  fakeModel(
    "gemini-3-pro-image",
    [{ provider: "vertex" }, { provider: "gemini" }],
    ["nano-banana-pro"],
  ),
  fakeModel("gpt-image-2", [
    { provider: "openai" },
    { provider: "openrouter", upstreamModel: "openai/gpt-image-2" },
  ]),
  fakeModel("gpt-5.4", [
    { provider: "openai", operations: ["chat"] },
    { provider: "openrouter", upstreamModel: "openai/gpt-5.4", operations: ["chat"] },
  ]),
]);
const openRouter = fakeEndpoint({ slug: "openrouter", operations: both });
const endpoints = [
  fakeEndpoint({ slug: "vertex", operations: ["text_to_image"] }),
  fakeEndpoint({ slug: "gemini", operations: both }),
  fakeEndpoint({ slug: "openai", operations: both }),
  fakeEndpoint({ slug: "replicate", operations: ["text_to_image"], configured: false }),
  fakeEndpoint({
    slug: "my-vllm",
    kind: "custom",
    type: "openai-compatible",
    operations: both,
    models: ["llama-*"],
  }),
  fakeEndpoint({ slug: "openai-eu", type: "openai", operations: both }),
];

function world(rules: readonly Rule[] = [], withOpenRouter = true): RoutingWorld {
  const fleet = fakeFleet(...(withOpenRouter ? [openRouter, ...endpoints] : endpoints));
  return { rules: compileRules(rules), fleet, catalog };
}

function resolve(name: string, operation: Operation, where = world()): ModelMeaning {
  const result = resolveModel(name, operation, where);
  if (result.kind === "failed") throw new Error(result.error.message);
  return result.meaning;
}

function error(name: string, operation: Operation, where = world()) {
  const result = resolveModel(name, operation, where);
  if (result.kind === "resolved") throw new Error(`It means ${result.meaning.step}.`);
  return result.error;
}

const rule = (...models: readonly string[]) => ({ models, targets: [{ provider: "openai" }] });
const rules = fakeRules(
  rule("*"),
  rule("gemini-*"),
  rule("gemini-3-pro-image"),
  rule("vertex/special"),
  rule("openai/*"),
  rule("anthropic/claude"),
);

describe("step 1, an exact name", () => {
  it("is a rule that names the model, and shadows the globs that match too", () => {
    const found = resolve("gemini-3-pro-image", "text_to_image", world(rules));
    expect(found.step).toBe("exact_rule");
    expect(found.rule?.rule.index).toBe(2);
    expect(found.shadowedRules.map(({ pattern }) => pattern)).toEqual(["gemini-*", "*"]);
    expect(found.model).toBe("gemini-3-pro-image");
  });

  it("finds the rule for the id when the caller says an alias", () => {
    const found = resolve("nano-banana-pro", "text_to_image", world(rules));
    expect(found.step).toBe("exact_rule");
    expect(found.rule?.pattern).toBe("gemini-3-pro-image");
    expect(found.model).toBe("gemini-3-pro-image");
  });

  it("prefers the rule for the alias itself", () => {
    const where = world(fakeRules(rule("gemini-3-pro-image"), rule("nano-banana-pro")));
    const found = resolve("nano-banana-pro", "text_to_image", where);
    expect(found.rule?.pattern).toBe("nano-banana-pro");
    expect(found.shadowedRules.map(({ pattern }) => pattern)).toEqual(["gemini-3-pro-image"]);
  });

  it("comes before a forced provider and before OpenRouter", () => {
    expect(resolve("vertex/special", "text_to_image", world(rules)).step).toBe("exact_rule");
    expect(resolve("anthropic/claude", "chat", world(rules)).step).toBe("exact_rule");
  });

  it("leaves to a glob who serves an entry of the catalogue", () => {
    const found = resolve("gpt-image-2", "text_to_image", world(fakeRules(rule("gpt-*"))));
    expect(found.step).toBe("pattern_rule");
    expect(found.entry?.id).toBe("gpt-image-2");
  });
});

describe("step 2, slug/model", () => {
  it("forces the provider and takes the rest for the model", () => {
    const found = resolve("vertex/gemini-3-pro-image", "text_to_image", world(rules));
    expect(found).toMatchObject({
      step: "forced",
      provider: "vertex",
      model: "gemini-3-pro-image",
      name: "gemini-3-pro-image",
    });
    expect(found.shadowedRules.map(({ pattern }) => pattern)).toEqual(["*"]);
  });

  it("understands an alias after the slug, and an id of the provider's own", () => {
    expect(resolve("vertex/nano-banana-pro", "text_to_image").model).toBe("gemini-3-pro-image");
    const own = resolve("openrouter/bytedance/seedream", "text_to_image");
    expect(own).toMatchObject({
      step: "forced",
      provider: "openrouter",
      name: "bytedance/seedream",
    });
    expect(own.entry).toBeUndefined();
  });

  it("says which provider has no credentials", () => {
    expect(error("replicate/anything", "text_to_image")).toMatchObject({
      reason: "PROVIDER_NOT_CONFIGURED",
      metadata: { provider: "replicate" },
    });
  });

  it("is not meant when the provider cannot do the task", () => {
    const found = resolve("replicate/x", "image_edit", world(fakeRules(rule("replicate/*"))));
    expect(found.step).toBe("pattern_rule");
    expect(error("replicate/x", "image_edit").reason).toBe("NO_CAPABLE_PROVIDER");
  });
});

describe("step 3, an OpenRouter id", () => {
  it.each(["google/gemini-3-flash-preview", "openai/gpt-5.4", "anthropic/claude-x", "gemini/x"])(
    "%s goes to OpenRouter for a chat, under that name",
    (name) => {
      expect(resolve(name, "chat")).toMatchObject({
        step: "openrouter",
        provider: "openrouter",
        name,
        model: name,
      });
    },
  );

  it("shadows globs, also such as match the prefix", () => {
    const found = resolve("openai/gpt-5.4", "chat", world(rules));
    expect(found.step).toBe("openrouter");
    expect(found.shadowedRules.map(({ pattern }) => pattern)).toEqual(["openai/*", "*"]);
  });

  it("can be said explicitly", () => {
    expect(resolve("openrouter/openai/gpt-5.4", "chat")).toMatchObject({
      step: "forced",
      provider: "openrouter",
      name: "openai/gpt-5.4",
    });
  });

  it("does not exist for images: there the slug is a provider", () => {
    expect(resolve("openai/gpt-image-2", "text_to_image")).toMatchObject({
      step: "forced",
      provider: "openai",
      model: "gpt-image-2",
    });
  });

  it("leaves the slug to the provider when OpenRouter is not configured", () => {
    const unset = fakeEndpoint({ slug: "openrouter", operations: both, configured: false });
    for (const fleet of [fakeFleet(...endpoints), fakeFleet(unset, ...endpoints)]) {
      const where = { ...world(), fleet };
      expect(resolve("openai/gpt-5.4", "chat", where)).toMatchObject({
        step: "forced",
        provider: "openai",
        model: "gpt-5.4",
      });
    }
  });

  it.each(["my-vllm/llama-3", "openai-eu/gpt-5.4"])(
    "is not %s, since the operator thought up that slug",
    (name) => {
      expect(resolve(name, "chat")).toMatchObject({ step: "forced", provider: name.split("/")[0] });
    },
  );

  it("leaves a plain name to the catalogue", () => {
    expect(resolve("gpt-5.4", "chat").step).toBe("catalog");
  });
});

describe("step 4, a rule's glob", () => {
  it("takes the most specific one and shadows the others in their order", () => {
    const found = resolve("gemini-9", "text_to_image", world(rules));
    expect(found.step).toBe("pattern_rule");
    expect(found.rule?.pattern).toBe("gemini-*");
    expect(found.shadowedRules.map(({ pattern }) => pattern)).toEqual(["*"]);
  });

  it("asks for the id of an alias too", () => {
    const found = resolve(
      "nano-banana-pro",
      "text_to_image",
      world(fakeRules(rule("*"), rule("gemini-*"))),
    );
    expect(found.rule?.pattern).toBe("gemini-*");
  });

  it("catches names with slashes by the lone star", () => {
    expect(resolve("some/unknown/model", "text_to_image", world(rules)).rule?.pattern).toBe("*");
  });
});

describe("step 5, the catalogue", () => {
  it("applies when there is no rule", () => {
    expect(resolve("gemini-3-pro-image", "text_to_image")).toMatchObject({ step: "catalog" });
  });

  it("has what an endpoint lists as its own", () => {
    expect(resolve("llama-4", "chat")).toMatchObject({ step: "catalog", model: "llama-4" });
  });

  it("knows a model that cannot do the task, so that the error can say so", () => {
    expect(resolve("gpt-image-2", "chat")).toMatchObject({ step: "catalog", model: "gpt-image-2" });
  });
});

describe("a name that means nothing", () => {
  it("is not found, with close names of the catalogue and of the rules", () => {
    const where = world(fakeRules(rule("house-special")));
    expect(error("nano-bananna-pro", "text_to_image", where)).toMatchObject({
      reason: "MODEL_NOT_FOUND",
      metadata: { model: "nano-bananna-pro", suggestions: "nano-banana-pro" },
    });
    expect(error("house-spezial", "text_to_image", where).metadata["suggestions"]).toBe(
      "house-special",
    );
  });

  it("has no suggestions when nothing is close", () => {
    expect(error("zzzzzz", "text_to_image").metadata).toEqual({ model: "zzzzzz" });
  });

  it("is a provider that is not found, when a model follows it", () => {
    expect(error("vertx/gemini-3-pro-image", "text_to_image")).toMatchObject({
      reason: "PROVIDER_NOT_FOUND",
      metadata: { provider: "vertx", suggestions: "vertex" },
    });
  });

  it("says that OpenRouter is missing, for a chat's id", () => {
    const found = error("google/gemini-3-flash-preview", "chat", world([], false));
    expect(found.reason).toBe("MODEL_NOT_FOUND");
    expect(found.message).toContain("openrouter");
  });
});
