import { describe, expect, it } from "vitest";
import { loadGood, problemsOf } from "./config-world.ts";

const withStrategy = (strategy: string) => `
providers: { openai: { keys: [k] }, fal: { keys: [k] } }
routes:
  - models: ["*"]
    targets: [{ provider: openai }, { provider: fal }]
    ${strategy}
`;

describe("a rule's strategy", () => {
  it.each([
    ["strategy: weighted", "weighted"],
    ["strategy: fastest", "fastest"],
    ["strategy: cheapest", "cheapest"],
    ["", undefined],
  ])("%s", (strategy, expected) => {
    expect(loadGood(withStrategy(strategy)).routes[0]?.strategy).toBe(expected);
  });

  it("is one of three", () => {
    expect(problemsOf(withStrategy("strategy: fast")).join("\n")).toContain(
      'routes[0].strategy: is "fast"; expected weighted, fastest or cheapest',
    );
  });

  it("changes the version of the configuration", () => {
    const version = (strategy: string) => loadGood(withStrategy(strategy)).version;
    expect(version("strategy: fastest")).not.toBe(version("strategy: cheapest"));
  });
});
