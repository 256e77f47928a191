import { describe, expect, it } from "vitest";
import { faultForms } from "../../src/domain/sandbox-fault.ts";
import { faultOrder, parseFault, parseFaults } from "../../src/sandbox/fault.ts";

describe("parseFault", () => {
  it.each([
    ["openai=http-503", { provider: "openai", effect: { kind: "http", status: 503 } }],
    ["fal=timeout", { provider: "fal", effect: { kind: "timeout" } }],
    ["vertex=refuse", { provider: "vertex", effect: { kind: "refuse" } }],
    ["gemini=empty", { provider: "gemini", effect: { kind: "empty" } }],
    ["replicate=fail-late", { provider: "replicate", effect: { kind: "fail_late" } }],
    ["openrouter=cut-stream", { provider: "openrouter", effect: { kind: "cut_stream" } }],
    ["*=slow:2s", { provider: "*", effect: { kind: "slow", delayMs: 2000 } }],
    [
      "openai=rate-limit:1.5s",
      { provider: "openai", effect: { kind: "rate_limit", waitMs: 1500 } },
    ],
    ["xai=garbage", { provider: "xai", effect: { kind: "garbage" } }],
    [" my-vllm = reset ", { provider: "my-vllm", effect: { kind: "reset" } }],
    ["openai=slow:250ms", { provider: "openai", effect: { kind: "slow", delayMs: 250 } }],
    ["openai=slow:1m", { provider: "openai", effect: { kind: "slow", delayMs: 60_000 } }],
  ])("reads %s", (text, fault) => {
    expect(parseFault(text)).toEqual(fault);
  });

  it.each(["", "openai", "=timeout", "openai=", "OpenAI=timeout", "openai = a b"])(
    "says that %j has no provider and fault",
    (text) => {
      expect(parseFault(text)).toContain("PROVIDER=FAULT");
    },
  );

  it.each(["http-200", "http-5030", "slow", "slow:2", "slow:2h", "explode", "constructor"])(
    "says that %s is no fault, and lists those there are",
    (form) => {
      const problem = parseFault(`openai=${form}`);
      expect(problem).toContain(`"${form}"`);
      for (const known of faultForms) expect(problem).toContain(known);
    },
  );
});

describe("parseFaults", () => {
  it("reads several, separated by commas", () => {
    expect(parseFaults("*=slow:2s, openai=http-503,")).toEqual([
      { provider: "*", effect: { kind: "slow", delayMs: 2000 } },
      { provider: "openai", effect: { kind: "http", status: 503 } },
    ]);
  });

  it("gives the first problem", () => {
    expect(parseFaults("openai=timeout,openai=explode")).toContain("explode");
  });

  it("reads nothing as no faults", () => {
    expect(parseFaults(" ")).toEqual([]);
  });
});

describe("faultOrder", () => {
  const faults = parseFaults("*=slow:2s,openai=slow:1s,gemini=timeout,openai=empty,*=reset");
  if (typeof faults === "string") throw new Error(faults);

  it("adds up the delays and takes the first of the other faults", () => {
    expect(faultOrder(faults, "openai")).toEqual({ delayMs: 3000, effect: { kind: "empty" } });
  });

  it("leaves out what is meant for others", () => {
    expect(faultOrder(faults, "replicate")).toEqual({ delayMs: 2000, effect: { kind: "reset" } });
  });
});
