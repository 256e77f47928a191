// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are references as users write them
import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { load, loadGood, problemsOf } from "./config-world.ts";

const documented = `
server:
  listen: 127.0.0.1:8080
  grpc: 127.0.0.1:50051
  admin: 127.0.0.1:9090
  cors: { origins: ["https://app.example"] }
  drain: 30s
sandbox: false
providers:
  openai:    { keys: ["\${OPENAI_API_KEY}", "\${file:/run/secrets/openai-2}"], timeout: 120s }
  vertex:    { project: my-project, location: global, credentials: "\${file:sa.json}" }
  replicate: { keys: ["\${REPLICATE_API_TOKEN:-}"], base_url: https://api.replicate.com/v1/ }
  my-vllm:   { type: openai-compatible, base_url: "http://10.0.0.5:8000/v1", operations: [chat, text_to_image], models: ["llama-*"] }
routes:
  - models: ["gemini-3-pro-image", "imagen-*"]
    timeout: 90s
    on_refusal: next
    targets:
      - { provider: vertex,    priority: 0, weight: 100 }
      - { provider: openai,    priority: 1, weight: 70, model: gpt-image-2 }
      - { provider: replicate, priority: 1, weight: 0.5, model: google/nano-banana-pro }
  - models: ["*"]
    targets: [{ provider: openrouter }]
`;
const environment = { OPENAI_API_KEY: "sk-first" };
const files = {
  "/run/secrets/openai-2": "sk-second\n",
  "/etc/spillway/sa.json": '{"type":"service_account"}\n',
};

describe("a good configuration", () => {
  const config = loadGood(documented, environment, files);

  it("says where to listen", () => {
    expect(config.server).toEqual({
      listen: { host: "127.0.0.1", port: 8080 },
      grpc: { host: "127.0.0.1", port: 50051 },
      admin: { host: "127.0.0.1", port: 9090 },
      cors: { origins: ["https://app.example"] },
      drainMs: 30_000,
      maxMessageBytes: 64 * 1024 * 1024,
      limits: { maxConcurrent: 1024, queue: 1024, maxWaitMs: 5_000 },
      retryBudget: { ratio: 0.2, floor: 10 },
      workers: 1,
      watch: true,
    });
  });

  it("lists the providers in the order of the file, with their lines", () => {
    expect(config.providers.map(({ slug, type, line }) => [slug, type, line])).toEqual([
      ["openai", "openai", 10],
      ["vertex", "vertex", 11],
      ["replicate", "replicate", 12],
      ["my-vllm", "openai-compatible", 13],
    ]);
    expect(config.providers[3]).toMatchObject({
      baseUrl: "http://10.0.0.5:8000/v1",
      operations: ["chat", "text_to_image"],
      models: ["llama-*"],
    });
  });

  it("resolves keys of the environment and of files, without the newline at the end", () => {
    expect(config.providers[0]?.keys.map((key) => key.reveal())).toEqual(["sk-first", "sk-second"]);
    expect(config.providers[1]?.credentials?.reveal()).toBe('{"type":"service_account"}');
  });

  it("has no keys where every key is empty", () => {
    expect(config.providers[2]?.keys).toEqual([]);
  });

  it("takes the slash from the end of a base_url", () => {
    expect(config.providers[2]?.baseUrl).toBe("https://api.replicate.com/v1");
  });

  it("lists the rules with their defaults and lines", () => {
    expect(config.routes).toEqual([
      {
        index: 0,
        line: 15,
        models: ["gemini-3-pro-image", "imagen-*"],
        timeoutMs: 90_000,
        onRefusal: "next",
        targets: [
          { provider: "vertex", priority: 0, weight: 100 },
          { provider: "openai", priority: 1, weight: 70, model: "gpt-image-2" },
          { provider: "replicate", priority: 1, weight: 0.5, model: "google/nano-banana-pro" },
        ],
      },
      {
        index: 1,
        line: 22,
        models: ["*"],
        targets: [{ provider: "openrouter", priority: 0, weight: 1 }],
      },
    ]);
  });

  it("is frozen to the last leaf", () => {
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.routes[0]?.targets[0])).toBe(true);
    expect(Object.isFrozen(config.providers[0]?.keys)).toBe(true);
  });

  it("shows no key when it is printed", () => {
    const printed = `${inspect(config, { depth: 9 })}${JSON.stringify(config)}`;
    expect(printed).not.toMatch(/sk-first|sk-second|service_account/);
  });
});

describe("the version", () => {
  it("is twelve hexadecimal digits that comments do not change", () => {
    const { version } = loadGood(documented, environment, files);
    expect(version).toMatch(/^[0-9a-f]{12}$/);
    expect(loadGood(`# moved down\n\n${documented}`, environment, files).version).toBe(version);
  });

  it("changes with a weight and with a key", () => {
    const { version } = loadGood(documented, environment, files);
    const reweighed = documented.replace("weight: 70", "weight: 71");
    expect(loadGood(reweighed, environment, files).version).not.toBe(version);
    expect(loadGood(documented, { OPENAI_API_KEY: "sk-new" }, files).version).not.toBe(version);
  });
});

describe("a bad configuration", () => {
  it("is told every mistake at once, in the order of the file", () => {
    const text = readFileSync(new URL("fixtures/bad.yaml", import.meta.url), "utf8");
    const golden = readFileSync(new URL("fixtures/bad.problems.txt", import.meta.url), "utf8");
    const problems = problemsOf(text, { SPACED: "top secret" });
    expect(`${problems.join("\n")}\n`).toBe(golden);
    expect(problems.length).toBeGreaterThan(30);
  });

  it("shows nothing that could be a secret", () => {
    const text = readFileSync(new URL("fixtures/bad.yaml", import.meta.url), "utf8");
    const problems = problemsOf(text, { SPACED: "top secret" }).join("\n");
    expect(problems).not.toMatch(/top secret|sk-literal-secret|hunter2/);
  });

  it.each([
    ["a key instead of a provider", "providers: { openai: sk-secret }"],
    ["a key instead of a list", "providers: { openai: { keys: sk-secret } }"],
    ["a key with a space", 'providers: { openai: { keys: ["sk-secret key"] } }'],
    ["a number as a key", "providers: { openai: { keys: [123456] } }"],
    ["an address with a password", 'providers: { openai: { base_url: "http://a:sk-secret@b" } }'],
    ["a number as a secret of S3", "media: { store: s3, secret_access_key: 123456 }"],
    ["a number as a key of S3", "media: { store: s3, access_key_id: 123456 }"],
    ["a number as a token of S3", "media: { store: s3, session_token: 123456 }"],
    [
      "an address of S3 with a password",
      'media: { store: s3, bucket: pictures, endpoint: "https://AKIAX:sk-secret@minio.local" }',
    ],
    [
      "an address for links with a password",
      'media: { store: disk, base_url: "https://a:sk-secret@b" }',
    ],
    ["a secret variable as a number", 'server: { drain: "${SECRET}" }'],
    ["a secret variable as an operation", 'providers: { openai: { operations: ["${SECRET}"] } }'],
    [
      "broken YAML with a key in it",
      'providers:\n  openai: { keys: ["sk-secret"\n   sk-secret: [}',
    ],
    ["a key after a bad indent", "providers:\n  openai:\n  keys: x\n sk-secret\n"],
  ])("does not print %s", (_, text) => {
    const problems = problemsOf(text, { SECRET: "sk-secret" });
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join("\n")).not.toMatch(/sk-secret|123456/);
  });

  it("may be empty of everything", () => {
    expect(problemsOf("")).toEqual(["1:1: is empty; expected a mapping"]);
  });

  it("may be no YAML at all", () => {
    const [problem] = problemsOf("server: [1, 2");
    expect(problem).toMatch(/^1:14: this is not YAML: /);
  });

  it("finds an alias that holds itself", () => {
    expect(problemsOf("routes: &a [*a]").join("\n")).toMatch(/is nested too deeply/);
  });

  it.each([
    ["lists", (one: string) => `[${one}, ${one}, ${one}]`],
    ["merges", (one: string) => `{ <<: [${one}, ${one}, ${one}] }`],
  ])("finds aliases of aliases that stand for too much, as %s", (_, thrice) => {
    const levels = Array.from({ length: 14 }, (__, level) =>
      level === 0 ? "a0: &a0 { k: 1 }" : `a${level}: &a${level} ${thrice(`*a${level - 1}`)}`,
    );
    const problems = problemsOf(levels.join("\n"));
    expect(problems.filter((problem) => problem.includes("has more than 100000"))).toHaveLength(1);
  });
});

describe("YAML", () => {
  it.each([
    ["<<: *nobody", "merges no mapping"],
    ["<<:", "merges no mapping"],
    ["<<: text", "merges no mapping"],
    ["<<: [1]", "merges no mapping"],
    ["callers: &all { <<: *all }", "merges no mapping"],
  ])("may not merge what is no mapping, as if nothing were missing then: %s", (text, message) => {
    expect(problemsOf(text).join("\n")).toContain(message);
  });

  it("may merge a list of mappings that an anchor names", () => {
    const { providers } = loadGood(`
providers:
  one: { <<: &both [{ type: openai-compatible }, { base_url: "http://one/v1" }] }
  two: { <<: *both, base_url: "http://two/v1" }
`);
    expect(providers.map(({ baseUrl }) => baseUrl)).toEqual(["http://one/v1", "http://two/v1"]);
  });

  it("may share settings by anchor and merge key, and the entry's own win", () => {
    const config = loadGood(`
providers:
  one: &local { type: openai-compatible, base_url: "http://one/v1", timeout: 5s }
  two: { <<: *local, base_url: "http://two/v1" }
`);
    expect(config.providers).toMatchObject([
      { slug: "one", baseUrl: "http://one/v1", timeoutMs: 5000 },
      { slug: "two", baseUrl: "http://two/v1", timeoutMs: 5000 },
    ]);
  });
});

describe("keys of the environment", () => {
  it("serve a built-in provider whose entry has none", () => {
    const config = loadGood("providers: { openai: {}, fal: {} }", { OPENAI_API_KEY: "sk-env" });
    expect(config.providers.map(({ keys }) => keys.map((key) => key.reveal()))).toEqual([
      ["sk-env"],
      [],
    ]);
  });

  it("do not serve an entry with an empty list of keys, nor an embedded provider", () => {
    const environment = { OPENAI_API_KEY: "sk-env" };
    const own = loadGood("providers: { openai: { keys: [] } }", environment);
    expect(own.providers[0]?.keys).toEqual([]);
    const embedded = loadGood("{ sandbox: true, providers: { openai: {} } }", environment);
    expect(embedded.providers[0]?.keys).toEqual([]);
  });

  it("give Vertex its project and the file of its service account", () => {
    const environment = {
      GOOGLE_APPLICATION_CREDENTIALS: "/run/sa.json",
      GOOGLE_CLOUD_PROJECT: "their-project",
    };
    const config = loadGood("providers: { vertex: {} }", environment, { "/run/sa.json": "{}" });
    expect(config.providers[0]?.project).toBe("their-project");
    expect(config.providers[0]?.credentials?.reveal()).toBe("{}");
    expect(problemsOf("providers: { vertex: {} }", environment)).toEqual([
      "1:14: providers.vertex: takes its credentials from GOOGLE_APPLICATION_CREDENTIALS, which names a file that cannot be read",
    ]);
    expect(
      problemsOf("providers: { vertex: {} }", environment, { "/run/sa.json": "-----BEGIN" }),
    ).toEqual([
      "1:14: providers.vertex: takes its credentials from GOOGLE_APPLICATION_CREDENTIALS, which names a file that holds no credential",
    ]);
  });

  it("leave Vertex to the machine's credential where nobody names one", () => {
    const vertexIn = (text: string) => loadGood(text).providers[0];
    expect(vertexIn("providers: { vertex: {} }")?.machineCredential).toBe(true);
    for (const entry of ["keys: [t]", "keys: []", "credentials: '{}'", "credentials: ''"]) {
      expect(vertexIn(`providers: { vertex: { ${entry} } }`)?.machineCredential).not.toBe(true);
    }
  });

  it("are no credential of Vertex's unless they are JSON, and are not shown", () => {
    for (const text of ["secret-thing", "[1]", "{", "1"]) {
      expect(problemsOf(`providers: { vertex: { credentials: '${text}' } }`)).toEqual([
        "1:37: providers.vertex.credentials: is not valid; expected a service account's JSON as text, best from a file",
      ]);
    }
  });
});

describe("the sandbox", () => {
  it("is switched on by its faults", () => {
    const { sandbox } = loadGood('sandbox: { faults: ["openai=http-503", "*=slow:2s"] }');
    expect(sandbox).toEqual({ enabled: true, faults: ["openai=http-503", "*=slow:2s"] });
  });

  it.each(["true", '{ faults: ["my-vllm=reset"] }'])(
    "set to %s plays a provider of one's own that has no address, and misbehaves by its slug",
    (sandbox) => {
      const own = "providers: { my-vllm: { type: openai-compatible } }";
      expect(loadGood(`{ sandbox: ${sandbox}, ${own} }`).providers).toMatchObject([
        { slug: "my-vllm", type: "openai-compatible", baseUrl: undefined },
      ]);
    },
  );

  it("that is switched off leaves it without an address", () => {
    const own = "providers: { my-vllm: { type: openai-compatible } }";
    expect(problemsOf(`{ sandbox: false, ${own} }`).join()).toContain("has no base_url");
  });

  it("knows no fault of a provider that is not there", () => {
    expect(problemsOf('sandbox: { faults: ["my-vllm=reset"] }').join()).toContain(
      "expected an order like",
    );
  });
});

describe("a group", () => {
  it("may have no weight at all", () => {
    const result = load(
      "routes: [{ models: [a], targets: [{ provider: openai, weight: 0 }, { provider: fal, weight: 0 }] }]",
    );
    expect(result.kind).toBe("valid");
  });
});
