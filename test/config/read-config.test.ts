import { describe, expect, it } from "vitest";
import { formatProblem } from "../../src/config/problem.ts";
import { readConfig } from "../../src/config/read-config.ts";

describe("reading a configuration", () => {
  it("reads the file that is named", () => {
    const readFile = (path: string) => `providers: { openai: { keys: ["${path}"] } }`;
    const result = readConfig("a.yaml", { environment: {}, readFile });
    expect(result).toMatchObject({ kind: "valid", config: { source: "a.yaml" } });
  });

  it("says so when the file cannot be read", () => {
    const readFile = () => {
      throw Object.assign(new Error("secret path"), { code: "ENOENT" });
    };
    const result = readConfig("a.yaml", { environment: {}, readFile });
    expect(result.kind === "invalid" && result.problems.map(formatProblem)).toEqual([
      "a.yaml: the file cannot be read (ENOENT)",
    ]);
  });

  it("is the sandbox without a file: no key is needed, and none of the environment is taken", () => {
    const readFile = () => {
      throw new Error("no file is needed");
    };
    const result = readConfig(undefined, { environment: { OPENAI_API_KEY: "sk" }, readFile });
    if (result.kind === "invalid") throw new Error(result.problems.map(formatProblem).join());
    const { config } = result;
    expect(config.source).toBe("(sandbox)");
    expect(config.sandbox.enabled).toBe(true);
    expect(config.providers.flatMap(({ keys }) => keys)).toEqual([]);
    expect(config.routes.map(({ line, models }) => [line, models])).toEqual([
      [0, ["gemini-3-pro-image", "imagen-*"]],
    ]);
    expect(config.server.listen).toEqual({ host: "127.0.0.1", port: 8080 });
  });
});
