import { describe, expect, it } from "vitest";
import { loadGood, problemsOf } from "./config-world.ts";

describe("limits", () => {
  it("are those of the file", () => {
    const { server, providers } = loadGood(`
server: { limits: { max_concurrent: 8, queue: 0, max_wait: 250ms } }
providers: { openai: { keys: [k], max_concurrent: 2 }, fal: { keys: [k] } }
`);
    expect(server.limits).toEqual({ maxConcurrent: 8, queue: 0, maxWaitMs: 250 });
    expect(providers.map(({ maxConcurrent }) => maxConcurrent)).toEqual([2, undefined]);
  });

  it.each([
    ["server: { limits: { max_concurrent: 0 } }", "expected a whole number of at least 1"],
    ["server: { workers: 0 }", 'expected a whole number from 1 to 256, or "auto"'],
    ["server: { workers: all }", 'expected a whole number from 1 to 256, or "auto"'],
    ["server: { workers: 1.5 }", 'expected a whole number from 1 to 256, or "auto"'],
    ["server: { workers: 8080 }", 'expected a whole number from 1 to 256, or "auto"'],
    ["server: { limits: { queue: -1 } }", "expected a whole number of at least 0"],
    ["server: { limits: { queue: 1.5 } }", "expected a whole number of at least 0"],
    ["server: { limits: { max_wait: 5 } }", '"5s"'],
    ["providers: { openai: { max_concurrent: none } }", "expected a whole number of at least 1"],
  ])("%s is a mistake", (text, message) => {
    const [problem] = problemsOf(text);
    expect(problem).toContain(message);
  });
});
