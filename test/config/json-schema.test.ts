import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { catalogJsonSchema, configJsonSchema } from "../../src/config/json-schema.ts";
import { formatPath } from "../../src/config/problem.ts";
import { loadGood } from "./config-world.ts";

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly description?: string;
}

const schema = configJsonSchema() as Node;
const catalogSchema = catalogJsonSchema() as Node;

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

describe.each([
  ["spillway.schema.json", schema],
  ["spillway-catalog.schema.json", catalogSchema],
])("docs/%s", (name, written) => {
  it("is what the schema says; `npm run generate` writes it", () => {
    const file = readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
    expect(JSON.parse(file)).toEqual(written);
  });

  it("describes every key", () => {
    expect(keysOf(written).filter(([, description]) => !description)).toEqual([]);
  });
});

describe("docs/configuration.md", () => {
  const text = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");

  const [before = "", catalog = "", ...after] = text.split(
    /^### The catalogue file$|^## (?=`providers`)/m,
  );
  const rowsOf = (part: string) =>
    [...part.matchAll(/^\| `([a-z][^`]*)` \|/gm)].map(([, key = ""]) => key);

  it("has a row for each key, and for no other", () => {
    const rows = [before, ...after].flatMap(rowsOf);
    const mappings = new Set([
      "server",
      "server.cors",
      "server.tls",
      "server.limits",
      "server.retry_budget",
      "callers",
      "media",
      "idempotency",
      "catalog",
      "providers",
      "providers.<slug>.health",
      "routes[].health",
      "routes[].hedge",
    ]);
    const keys = keysOf(schema).map(([key]) => key);
    expect(rows.toSorted()).toEqual(keys.filter((key) => !mappings.has(key)).toSorted());
  });

  it("has a row for each key of a catalogue file, and for no other", () => {
    const keys = keysOf(catalogSchema).map(([key]) => key);
    const limits = "models.<slug>.offers.<slug>.<slug>.limits";
    expect(
      rowsOf(catalog)
        .map((key) => key.replace(/<\w+>/g, "<slug>"))
        .toSorted(),
    ).toEqual(keys.filter((key) => key !== limits).toSorted());
  });

  it("has a catalogue file that is good as it stands", () => {
    const example = /```yaml\n(.*?)```/s.exec(catalog)?.[1] ?? "";
    const config = loadGood(
      `
catalog: { file: models.yaml }
providers: { my-vllm: { type: openai-compatible, base_url: "http://10.0.0.5:8000/v1" } }
`,
      {},
      { "/etc/spillway/models.yaml": example },
    );
    expect(config.catalog).toMatchObject({ added: 1, changed: 2, removed: 1 });
    // It says that these are the aliases that the model has, and one more.
    const builtIn = loadGood("{}").catalog.models.find(({ id }) => id === "flux-2-pro");
    const changed = config.catalog.models.find(({ id }) => id === "flux-2-pro");
    expect(changed?.aliases).toEqual([...(builtIn?.aliases ?? []), "our-default"]);
  });
});

describe("a path", () => {
  it("is written as people write it", () => {
    expect(formatPath(["routes", 0, "targets", 12, "weight"])).toBe("routes[0].targets[12].weight");
    expect(formatPath(["providers", "a b", "keys"])).toBe('providers["a b"].keys');
  });
});
