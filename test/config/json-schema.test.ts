import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { configJsonSchema } from "../../src/config/json-schema.ts";
import { formatPath } from "../../src/config/problem.ts";

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly description?: string;
}

const schema = configJsonSchema() as Node;

/** Every key by its path, "providers.<slug>.keys", and its description. */
function keysOf(node: Node, path = ""): readonly (readonly [string, string | undefined])[] {
  const below = (node: Node, path: string) => keysOf(node, path);
  const own = Object.entries(node.properties ?? {}).flatMap(([key, inner]) => {
    const name = path === "" ? key : `${path}.${key}`;
    return [[name, inner.description] as const, ...below(inner, name)];
  });
  const entries =
    typeof node.additionalProperties === "object"
      ? below(node.additionalProperties, `${path}.<slug>`)
      : [];
  const items = node.items === undefined ? [] : below(node.items, `${path}[]`);
  return [...own, ...entries, ...items, ...(node.anyOf ?? []).flatMap((one) => below(one, path))];
}

describe("docs/spillway.schema.json", () => {
  it("is what the schema says; `npm run generate` writes it", () => {
    const file = readFileSync(new URL("../../docs/spillway.schema.json", import.meta.url), "utf8");
    expect(JSON.parse(file)).toEqual(configJsonSchema());
  });

  it("describes every key", () => {
    expect(keysOf(schema).filter(([, description]) => !description)).toEqual([]);
  });
});

describe("docs/configuration.md", () => {
  const text = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");

  it("has a row for each key, and for no other", () => {
    const rows = [...text.matchAll(/^\| `([a-z][^`]*)` \|/gm)].map(([, key]) => key);
    const mappings = new Set([
      "server",
      "server.cors",
      "server.limits",
      "server.retry_budget",
      "media",
      "idempotency",
      "providers",
      "providers.<slug>.health",
      "routes[].health",
    ]);
    const keys = keysOf(schema).map(([key]) => key);
    expect(rows.toSorted()).toEqual(keys.filter((key) => !mappings.has(key)).toSorted());
  });
});

describe("a path", () => {
  it("is written as people write it", () => {
    expect(formatPath(["routes", 0, "targets", 12, "weight"])).toBe("routes[0].targets[12].weight");
    expect(formatPath(["providers", "a b", "keys"])).toBe('providers["a b"].keys');
  });
});
