import type { GenerateRequest, RoutingPreferences } from "../../src/domain/generate-request.ts";
import type { ImageOptions } from "../../src/domain/image-options.ts";
import type { Model, ModelOffer } from "../../src/domain/model.ts";
import type { Random } from "../../src/domain/random.ts";
import type { Rule, RuleTarget } from "../../src/domain/rule.ts";
import type { ChatTask, TextToImageTask } from "../../src/domain/task.ts";

/** A task that asks for one image of a boat. */
export function imageTask(
  options: Partial<ImageOptions> = {},
  rest: Partial<TextToImageTask> = {},
): TextToImageTask {
  return {
    operation: "text_to_image",
    prompt: "a paper boat",
    negativePrompt: "",
    options: { count: 1, ...options },
    ...rest,
  };
}

/** A task that says hello. */
export function chatTask(rest: Partial<ChatTask> = {}): ChatTask {
  return {
    operation: "chat",
    messages: [{ role: "user", parts: [{ kind: "text", text: "Hello" }] }],
    stop: [],
    tools: [],
    ...rest,
  };
}

/** A request as it is after all defaults are filled in. */
export function fakeRequest(
  rest: Partial<Omit<GenerateRequest, "routing">> & {
    readonly routing?: Partial<RoutingPreferences>;
  } = {},
): GenerateRequest {
  return {
    model: "boat-1",
    fallbackModels: [],
    task: imageTask(),
    idempotencyKey: "",
    parameterMode: "adapt",
    providerOptions: {},
    endUser: "",
    labels: {},
    ...rest,
    routing: {
      only: [],
      exclude: [],
      order: [],
      maxAttempts: 4,
      routingKey: "",
      duplicateSpend: "allow",
      ...rest.routing,
    },
  };
}

/** Rules as they come from a file: each with its patterns and its targets. */
export function fakeRules(
  ...rules: readonly (Partial<Omit<Rule, "targets">> & {
    readonly models: readonly string[];
    readonly targets: readonly (Partial<RuleTarget> & { readonly provider: string })[];
  })[]
): readonly Rule[] {
  return rules.map((rule, index) => ({
    index,
    line: 0,
    ...rule,
    targets: rule.targets.map((target) => ({ priority: 0, weight: 1, ...target })),
  }));
}

/** An entry of the catalogue that these providers have. */
export function fakeModel(
  id: string,
  offers: readonly (Partial<ModelOffer> & { readonly provider: string })[],
  aliases: readonly string[] = [],
): Model {
  const all = offers.map(
    (offer): ModelOffer => ({
      upstreamModel: id,
      operations: ["text_to_image"],
      prices: [],
      ...offer,
    }),
  );
  return {
    id,
    displayName: id,
    aliases,
    operations: [...new Set(all.flatMap(({ operations }) => operations))],
    offers: all,
  };
}

/** Chance that is the same in every run: mulberry32, by a seed. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
