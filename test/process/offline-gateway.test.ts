import { Code } from "@connectrpc/connect";
import { expect, it } from "vitest";
import { gatewayClient } from "../../src/cli/client.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { offlineGateway } from "../../src/process/offline-gateway.ts";
import { manualClock } from "../support/manual-clock.ts";
import { imageRequest } from "../support/requests.ts";

function clientOf(path?: string, files: Readonly<Record<string, string>> = {}) {
  const read = readConfig(path, { environment: {}, readFile: (name) => files[name] ?? "" });
  if (read.kind === "invalid") throw new Error("the configuration is invalid");
  return gatewayClient(
    offlineGateway(read.config, {
      clock: manualClock(),
      random: () => 0,
      newId: () => "id",
      version: "0.0.0-test",
    }),
  );
}

it("answers what has no side effects, and nothing else", async () => {
  const client = clientOf();
  const generate = imageRequest("gemini-3-pro-image");
  const { candidates } = await client.route({ generate });
  expect(candidates.map(({ provider }) => provider)).toEqual(["gemini", "openai", "replicate"]);
  expect((await client.getModel({ id: "gpt-image-2" })).model?.id).toBe("gpt-image-2");
  expect((await client.listModels({})).models.length).toBeGreaterThan(0);
  expect((await client.listProviders({})).providers.length).toBeGreaterThan(0);
  await expect(client.getModel({ id: "no-such-model" })).rejects.toMatchObject({
    code: Code.NotFound,
  });
  await expect(client.generate(generate)).rejects.toMatchObject({ code: Code.Unimplemented });
});

it("knows the configuration's own catalogue", async () => {
  const client = clientOf("/etc/spillway.yaml", {
    "/etc/spillway.yaml": "{ sandbox: true, catalog: { file: models.yaml, builtin: false } }",
    "/etc/models.yaml": `
models:
  boat-1:
    offers:
      openai: { gpt-image-2: { operations: [text_to_image], prices: [{ per: image, usd: 0.5, source: us, as_of: 2026-11-22 }] } }
`,
  });
  const { candidates } = await client.route({ generate: imageRequest("boat-1") });
  expect(candidates).toMatchObject([
    { provider: "openai", upstreamModel: "gpt-image-2", cost: { micros: 500_000n } },
  ]);
  expect((await client.listModels({})).models.map(({ id }) => id)).toEqual(["boat-1"]);
});
