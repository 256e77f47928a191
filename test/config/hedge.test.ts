import { describe, expect, it } from "vitest";
import { loadGood, problemsOf } from "./config-world.ts";

const withHedge = (hedge: string) => `
providers: { openai: { keys: [k] }, fal: { keys: [k] } }
routes:
  - models: ["*"]
    targets: [{ provider: openai }, { provider: fal }]
    ${hedge}
`;

describe("a rule's hedge", () => {
  it.each([
    ["hedge: { after: 800ms }", { after: 800, paidImages: false }],
    ["hedge: { after: p95 }", { after: "p95", paidImages: false }],
    ["hedge: { after: 1.5s, paid_images: true }", { after: 1_500, paidImages: true }],
    ["", undefined],
  ])("%s", (hedge, expected) => {
    expect(loadGood(withHedge(hedge)).routes[0]?.hedge).toEqual(expected);
  });

  it.each([
    ["hedge: 800ms", "expected a mapping, like { after: 800ms }"],
    ["hedge: {}", 'expected a duration with its unit, like "800ms", or "p95"'],
    ["hedge: { after: 800 }", 'did you mean "800ms"?'],
    ["hedge: { after: p99 }", 'expected a duration with its unit, like "800ms", or "p95"'],
    ["hedge: { after: p95, paid_images: yes please }", "expected true or false"],
    ["hedge: { after: p95, images: true }", "images"],
  ])("%s is a mistake", (hedge, message) => {
    expect(problemsOf(withHedge(hedge)).join("\n")).toContain(message);
  });

  it("changes the version of the configuration", () => {
    const version = (hedge: string) => loadGood(withHedge(hedge)).version;
    expect(version("hedge: { after: 1s }")).not.toBe(version("hedge: { after: 2s }"));
  });
});
