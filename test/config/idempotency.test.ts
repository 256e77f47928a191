import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config/read-config.ts";
import { loadGood, problemsOf } from "./config-world.ts";

const day = 24 * 3_600_000;

describe("the place for idempotency keys", () => {
  it("is memory unless the file names one, and nobody chose that", () => {
    expect(loadGood("routes: []").idempotency).toEqual({
      store: { kind: "memory", chosen: false },
      lifetimeMs: day,
      maxBytes: 256 * 2 ** 20,
    });
  });

  it("is memory when it was chosen, as in the sandbox", () => {
    const chosen = { store: { kind: "memory", chosen: true } };
    expect(loadGood("idempotency: { store: memory }").idempotency).toMatchObject(chosen);
    const read = readConfig(undefined, { environment: {}, readFile: () => "" });
    expect(read).toMatchObject({ config: { idempotency: chosen } });
  });

  it.each([
    "idempotency: { path: state/keys.db, lifetime: 2h, max_size: 10GiB }",
    "idempotency: { store: sqlite, path: state/keys.db, lifetime: 2h, max_size: 10GiB }",
  ])("is a file, from the folder of the configuration, in %s", (text) => {
    expect(loadGood(text).idempotency).toEqual({
      store: { kind: "sqlite", path: "/etc/spillway/state/keys.db" },
      lifetimeMs: 2 * 3_600_000,
      maxBytes: 10 * 2 ** 30,
    });
  });
});

describe("a mistake in idempotency", () => {
  it.each([
    ["idempotency: { store: redis }", "expected memory or sqlite"],
    ["idempotency: { store: sqlite }", "has no path"],
    ["idempotency: { store: memory, path: keys.db }", "expected it only with sqlite"],
    ["idempotency: { path: '' }", "expected a path"],
    ["idempotency: { lifetime: 25h }", "expected a duration"],
    ["idempotency: { max_size: 2000GiB }", "expected a size"],
    ["idempotency: { max_sise: 1GiB }", 'did you mean "max_size"'],
  ])("is found in %s", (text, expected) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(expected);
  });
});
