import { expect, it } from "vitest";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { startGateway } from "../support/start-gateway.ts";
import { images } from "../support/upstream-acts.ts";

it("an image that a server makes in a size of its own is told as what it is, once", async () => {
  // Its images are 512 pixels wide and 8 high, whatever it is asked.
  const server = await startFakeUpstream(images(512));
  const gateway = await startGateway(`
providers:
  sd: { type: openai-compatible, base_url: "${server.url}" }
`);
  const size = { case: "pixels" as const, value: { width: 1024, height: 768 } };
  const value = { prompt: "a boat", options: { count: 2, size } };
  const response = await gateway.generate({
    model: "sd/any",
    task: { case: "textToImage", value },
  });
  expect(server.requests[0]?.json()).toMatchObject({ size: "1024x768" });
  expect(response.adjustments).toMatchObject([
    { field: "options.pixels", requested: "1024x768", applied: "512x8", provider: "sd" },
  ]);
});
