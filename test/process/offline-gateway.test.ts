import { Code } from "@connectrpc/connect";
import { expect, it } from "vitest";
import { gatewayClient } from "../../src/cli/client.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { offlineGateway } from "../../src/process/offline-gateway.ts";
import { manualClock } from "../support/manual-clock.ts";
import { imageRequest } from "../support/requests.ts";

it("answers what has no side effects, and nothing else", async () => {
  const read = readConfig(undefined, { environment: {}, readFile: () => "" });
  if (read.kind === "invalid") throw new Error("the built-in configuration is invalid");
  const client = gatewayClient(
    offlineGateway(read.config, {
      clock: manualClock(),
      random: () => 0,
      newId: () => "id",
      version: "0.0.0-test",
    }),
  );
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
