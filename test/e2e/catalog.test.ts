import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { postJson } from "../support/raw-calls.ts";
import { replaceFile } from "../support/replace-file.ts";
import { type SpillwayProcess, spawnSpillway } from "../support/spawn-spillway.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spillway-catalog-"));
  // Not the configuration's folder, so that watching that one alone would not do.
  mkdirSync(join(folder, "models"));
  writeFileSync(
    join(folder, "spillway.yaml"),
    `
server: { listen: "127.0.0.1:0", admin: "127.0.0.1:0" }
sandbox: true
catalog: { file: models/models.yaml }
providers:
  my-vllm: { type: openai-compatible }
`,
  );
});

afterEach(() => rmSync(folder, { recursive: true }));

it("a model of the operator's own is found, limited, priced, listed and counted as any other", async () => {
  write(harborAt(0.04));
  const { url, admin } = await serve();
  const generate = {
    model: "harbor",
    textToImage: { prompt: "a boat", options: { count: 3, aspectRatio: "3:2" } },
  };
  const route = await ask(url, "Route", { generate });
  expect(route).toMatchObject({
    model: "harbor-xl",
    candidates: [
      {
        provider: "my-vllm",
        upstreamModel: "org/harbor-v2",
        cost: { micros: "120000", basis: "COST_BASIS_PRICED" },
      },
    ],
    estimate: { best: { micros: "120000" }, worst: { micros: "120000" } },
  });
  const answer = await ask(url, "Generate", generate);
  expect(answer).toMatchObject({
    model: "harbor-xl",
    provider: "my-vllm",
    upstreamModel: "org/harbor-v2",
    cost: { micros: "120000", basis: "COST_BASIS_PRICED" },
    // One call makes two of its images at most, and only these sizes.
    adjustments: [{ field: "options.count", applied: "2 calls" }],
  });
  const { images } = answer["images"] as { readonly images: readonly unknown[] };
  expect(images).toMatchObject(Array(3).fill({ width: 1536, height: 1024 }));

  expect(await ask(url, "GetModel", { id: "harbor" })).toMatchObject({
    model: {
      id: "harbor-xl",
      displayName: "Harbor XL",
      offers: [
        {
          provider: "my-vllm",
          configured: true,
          prices: [{ unit: "image", nanoUsd: "40000000", source: "us", asOf: "2026-11-01" }],
          limits: {
            maxCountPerCall: 2,
            pixelSizes: [
              { width: 1024, height: 1024 },
              { width: 1536, height: 1024 },
            ],
          },
        },
      ],
    },
  });
  const unknown = await postJson(url, "Generate", { ...generate, model: "harbr-xl" });
  expect(unknown.status).toBe(404);
  expect(JSON.stringify(unknown.json)).toContain("harbor-xl");
  const metrics = await (await fetch(`${admin}/metrics`)).text();
  expect(metrics).toContain('spillway_model="harbor-xl"');
});

it("a change of the file is served without a restart, and a bad one changes nothing", async () => {
  write(harborAt(0.04));
  const { spillway, url, admin } = await serve();
  const before = await boat(url);
  expect(before).toMatchObject({ cost: { micros: "40000" } });

  write(harborAt(0.05));
  const reloaded = await spillway.logged("configuration reloaded");
  expect(reloaded).toMatchObject({ cause: "file", previous_version: before["configVersion"] });
  const after = await boat(url);
  expect(after).toMatchObject({
    cost: { micros: "50000" },
    configVersion: reloaded["config_version"],
  });

  const path = write(harborAt(0.06).replace("usd", "eur"));
  const failed = await spillway.logged("configuration not reloaded");
  expect(failed).toMatchObject({
    config_version: reloaded["config_version"],
    problems: [
      expect.stringMatching(`^${path}:\\d+:\\d+: .*prices\\[0\\].usd: is missing`),
      expect.stringMatching(`^${path}:\\d+:\\d+: .*prices\\[0\\].eur: is not a known key`),
    ],
  });
  expect(await boat(url)).toMatchObject({
    cost: { micros: "50000" },
    configVersion: reloaded["config_version"],
  });
  expect(await (await fetch(`${admin}/readyz`)).text()).toContain(path);

  write(`${harborAt(0.06)}  gpt-image-2: remove\n`);
  await spillway.logged("configuration reloaded", 2);
  expect(await boat(url)).toMatchObject({ cost: { micros: "60000" } });
  expect((await postJson(url, "GetModel", { id: "gpt-image-2" })).status).toBe(404);
  expect(await (await fetch(`${admin}/readyz`)).text()).toBe("ready\n");
});

it("a file with a mistake is not served at the start", async () => {
  const path = write(harborAt(0.04).replace("my-vllm", "my-vlm"));
  const spillway = spawnSpillway(["serve", "--config", join(folder, "spillway.yaml")]);
  expect(await spillway.exited).toBe(1);
  expect(spillway.stderr).toBe(
    `${path}:8:7: models.harbor-xl.offers.my-vlm: is not a provider; expected one of spillway.yaml or a built-in one; did you mean "my-vllm"?\n1 problem\n`,
  );
});

function harborAt(usd: number): string {
  return `source: us
as_of: 2026-11-01
models:
  harbor-xl:
    name: Harbor XL
    aliases: [harbor]
    offers:
      my-vllm:
        org/harbor-v2:
          operations: [text_to_image]
          limits: { max_count: 2, sizes: [1024x1024, 1536x1024] }
          prices: [{ per: image, usd: ${usd} }]
`;
}

function write(text: string): string {
  const path = join(folder, "models", "models.yaml");
  replaceFile(path, text);
  return path;
}

async function serve(): Promise<{
  readonly spillway: SpillwayProcess;
  readonly url: string;
  readonly admin: string;
}> {
  const spillway = spawnSpillway(["serve", "--config", join(folder, "spillway.yaml")]);
  const line = await spillway.logged("listening");
  return { spillway, url: `http://${line["listen"]}`, admin: `http://${line["admin"]}` };
}

type Answer = Readonly<Record<string, unknown>>;

async function ask(url: string, method: string, request: object): Promise<Answer> {
  const { status, json } = await postJson(url, method, request);
  if (status !== 200) throw new Error(JSON.stringify(json));
  return json as Answer;
}

function boat(url: string): Promise<Answer> {
  return ask(url, "Generate", { model: "harbor", textToImage: { prompt: "a boat" } });
}
