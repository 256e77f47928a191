import { describe, expect, it } from "vitest";
import { load, loadGood, problemsOf } from "./config-world.ts";

const key = "0123456789abcdef";

describe("callers", () => {
  it("are those of the file, in its order", () => {
    const { callers } = loadGood(
      `
callers:
  web: { keys: ["\${WEB_KEY}", "${key}", "\${OLD_KEY:-}"], models: ["gemini-*"], requests_per_minute: 60 }
  batch: { keys: ["\${file:batch-key}"] }
`,
      { WEB_KEY: "web-key-web-key-web" },
      { "/etc/spillway/batch-key": "batch-key-batch-key\n" },
    );
    expect(callers?.map(({ keys, ...rest }) => [rest, keys.map((each) => each.reveal())])).toEqual([
      [{ name: "web", models: ["gemini-*"], requestsPerMinute: 60 }, ["web-key-web-key-web", key]],
      [{ name: "batch", models: undefined, requestsPerMinute: undefined }, ["batch-key-batch-key"]],
    ]);
  });

  it("are everybody where the file has none", () => {
    expect(loadGood("routes: []").callers).toBeUndefined();
  });

  it("change the version with their keys and patterns, and show no key", () => {
    const configs = [key, "another-key-of-the-web"].map((each) =>
      loadGood(`callers: { web: { keys: ["${each}"] } }`),
    );
    expect(new Set(configs.map(({ version }) => version)).size).toBe(2);
    expect(JSON.stringify(configs)).not.toContain(key);
  });

  it.each([
    ["callers: {}", "callers: is a mapping; expected at least one caller"],
    ["callers:", "callers: is empty; expected a mapping of callers by name"],
    ["callers: [web]", "callers: is a list; expected a mapping of callers by name"],
    [`callers: { Web: { keys: [${key}] } }`, "callers.Web: is not a slug"],
    ["callers: { web: {} }", "callers.web.keys: is missing; expected a list of keys"],
    [
      "callers: { web: { keys: [] } }",
      "callers.web.keys: is an empty list; expected at least one key",
    ],
    [
      `callers: { web: { keys: ${key} } }`,
      "callers.web.keys: is not valid; expected a list of keys",
    ],
    ["callers: { web: { keys: [short] } }", "expected a key of at least 16 printable characters"],
    [`callers: { web: { keys: ["${key} x"] } }`, "expected a key of at least 16 printable"],
    [`callers: { web: "${key}" }`, "callers.web: is not valid; expected a mapping"],
    [`callers: "${key}"`, "callers: is not valid; expected a mapping of callers by name"],
    [`callers: { web: { keys: ["${key}"], models: [] } }`, "expected at least one pattern"],
    [
      `callers: { web: { keys: ["${key}"], requests_per_minute: 0 } }`,
      "expected a whole number of at least 1",
    ],
    [`callers: { web: { keys: ["${key}"], modles: [a] } }`, "modles"],
    [
      `callers: { web: { ${key} } }`,
      "callers.web: has a key that is not known; expected one of keys",
    ],
    [
      `callers: { web: { keys: ["${key}"] }, batch: { keys: ["${key}"] } }`,
      "callers.batch.keys[0]: is a key of callers.web already",
    ],
    [`callers: { web: { keys: ["${key}", "${key}"] } }`, "is a key of callers.web already"],
  ])("%s is a mistake, told without the key", (text, message) => {
    const problems = problemsOf(text);
    expect(problems.join("\n")).toContain(message);
    expect(problems.join("\n")).not.toContain(key);
  });

  it("that have only empty keys are good, and nobody", () => {
    const loaded = load(`callers: { web: { keys: ["\${NO_KEY:-}"] } }`);
    expect(loaded.kind === "valid" && loaded.config.callers?.[0]?.keys).toEqual([]);
  });
});
