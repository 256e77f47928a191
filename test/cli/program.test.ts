import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { run } from "./command-world.ts";

const good = `
server: { listen: 127.0.0.1:8080, grpc: "[::1]:50051" }
providers:
  openai: { keys: [a, b] }
  fal: { keys: [] }
  my-vllm: { type: openai-compatible, base_url: "http://10.0.0.5:8000/v1" }
routes:
  - { models: [a, b-*], timeout: 90s, targets: [{ provider: openai, weight: 70, model: gpt-image-2 }, { provider: fal, priority: 1 }] }
`;

describe("spillway check", () => {
  it("says ok and what the configuration amounts to", async () => {
    const ran = await run(["check", "good.yaml"], { files: { "good.yaml": good } });
    expect(ran.code).toBe(0);
    expect(ran.output.replace(/version \w{12}/, "version V").split("\n")).toEqual([
      "ok: good.yaml, version V",
      "listens on 127.0.0.1:8080, gRPC on [::1]:50051",
      "",
      "provider  type               state                   base_url",
      "openai    openai             2 keys",
      "fal       fal                NOT CONFIGURED: no key",
      "my-vllm   openai-compatible  no key                  http://10.0.0.5:8000/v1",
      "",
      "models  group  weight  provider  model there  timeout",
      "a b-*       0      70  openai    gpt-image-2  90s",
      "            1       1  fal",
      "",
    ]);
  });

  it.each([
    [
      "{ file: models.yaml }",
      /^catalogue of (\d+) models: .*\/models.yaml adds 1, changes 2, removes 1$/,
    ],
    ["{ file: models.yaml, builtin: false }", /^models.yaml:6:3: models.gpt-image-2: /],
    ["{ builtin: false }", /^catalogue of 0 models, without the built-in ones$/],
  ])("says what the catalogue %s comes to", async (section, expected) => {
    const models = `
source: us
as_of: 2026-11-01
models:
  harbor-xl: { offers: { openai: { harbor: { operations: [text_to_image] } } } }
  gpt-image-2: { name: Two }
  flux-2-pro: { aliases: [] }
  stable-diffusion-xl: remove
`;
    const files = { "good.yaml": `${good}catalog: ${section}`, [resolve("models.yaml")]: models };
    const ran = await run(["check", "good.yaml"], { files });
    const lines = `${ran.output}${ran.errors}`.replaceAll(
      `${resolve("models.yaml")}:`,
      "models.yaml:",
    );
    expect(lines.split("\n")).toContainEqual(expect.stringMatching(expected));
  });

  it("says who may call, and who cannot for want of a key, and shows no key", async () => {
    const callers = `
callers:
  web-team: { keys: [the-key-of-the-web-team, the-next-of-the-web-team], models: ["gemini-*", boat], requests_per_minute: 60 }
  batch: { keys: [""] }
`;
    const ran = await run(["check", "good.yaml"], { files: { "good.yaml": good + callers } });
    expect(ran.output.split("\n").slice(3, 7)).toEqual([
      "caller    state                per minute  models",
      "web-team  2 keys               60          gemini-* boat",
      "batch     CANNOT CALL: no key  any         any",
      "",
    ]);
    expect(ran.output).not.toContain("the-web-team");
  });

  it("lists every mistake and fails", async () => {
    const files = { "bad.yaml": "server: { drain: 30, lisen: x }" };
    const ran = await run(["check", "bad.yaml"], { files });
    expect(ran.code).toBe(1);
    expect(ran.output).toBe("");
    expect(ran.errors).toMatch(/^bad.yaml:1:18: .*\nbad.yaml:1:22: .*\n2 problems\n$/);
  });
});

describe("spillway serve", () => {
  const serving = (told: unknown[]) => ({
    serve: async (config: { readonly source: string }, path: string | undefined) => {
      told.push(config.source, path);
      return 0;
    },
  });

  it.each([
    [["serve", "--config", "good.yaml"], {}, ["good.yaml", "good.yaml"]],
    [["serve"], { SPILLWAY_CONFIG: "good.yaml" }, ["good.yaml", "good.yaml"]],
    [["serve", "--config", "good.yaml"], { SPILLWAY_CONFIG: "other" }, ["good.yaml", "good.yaml"]],
    [["serve"], {}, ["(sandbox)", undefined]],
  ])("%j with %j serves %j", async (words, environment, expected) => {
    const told: unknown[] = [];
    const files = { "good.yaml": good };
    const ran = await run(words, { environment, files, parts: serving(told) });
    expect(ran.code).toBe(0);
    expect(told).toEqual(expected);
  });

  it("does not serve a configuration with a mistake in it", async () => {
    const ran = await run(["serve", "--config", "no.yaml"]);
    expect(ran.code).toBe(1);
    expect(ran.errors).toBe("no.yaml: the file cannot be read (ENOENT)\n1 problem\n");
  });
});

describe("spillway sandbox", () => {
  it("listens where it is told", async () => {
    const told: unknown[] = [];
    const sandbox = async (options: object) => {
      told.push({ ...options });
      return 3;
    };
    const ran = await run(["sandbox", "--port", "0"], { parts: { sandbox } });
    expect(ran.code).toBe(3);
    expect(told).toEqual([{ host: "127.0.0.1", port: 0 }]);
    expect((await run(["sandbox", "--port", "70000"])).code).toBe(2);
  });
});

describe("the command line", () => {
  it("prints its version and its help on the output", async () => {
    expect(await run(["--version"])).toMatchObject({ code: 0, output: "1.2.3\n" });
    const help = await run(["--help"]);
    expect(help.code).toBe(0);
    expect(help.output).toMatch(/serve .*sandbox .*check .*route .*generate/s);
  });

  it.each([[["explode"]], [["check"]], [["generate", "model"]], [[]]])(
    "does not understand %j",
    async (words) => {
      const ran = await run(words);
      expect(ran.code).toBe(2);
      expect(ran.errors).not.toBe("");
    },
  );
});
