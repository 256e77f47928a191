import type { Config } from "../../src/config/config.ts";
import type { ConfigInput } from "../../src/config/config-input.ts";
import { type LoadResult, loadConfig } from "../../src/config/load-config.ts";
import { formatProblem } from "../../src/config/problem.ts";

/** Loads a text as /etc/spillway/spillway.yaml in a world of these variables and files. */
export function load(
  text: string,
  environment: ConfigInput["environment"] = {},
  files: Readonly<Record<string, string>> = {},
): LoadResult {
  return loadConfig({ path: "/etc/spillway/spillway.yaml", text, environment, readFile });

  function readFile(path: string): string {
    const content = files[path];
    if (content === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
    return content;
  }
}

/** Loads a text that must be good. */
export function loadGood(...input: Parameters<typeof load>): Config {
  const result = load(...input);
  if (result.kind === "invalid") throw new Error(result.problems.map(formatProblem).join("\n"));
  return result.config;
}

/** The problems of a text, each as a line without the file's name. */
export function problemsOf(...input: Parameters<typeof load>): readonly string[] {
  const result = load(...input);
  if (result.kind === "valid") return [];
  return result.problems.map((problem) =>
    formatProblem(problem).replace("/etc/spillway/spillway.yaml:", ""),
  );
}
