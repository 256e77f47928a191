import { expect, it } from "vitest";
import { DuplicateSpend, type GenerateResponse } from "../../gen/spillway/v1/generate_pb.ts";
import { Delivery, type Image } from "../../gen/spillway/v1/image_pb.ts";
import { attemptLines } from "../support/attempt-lines.ts";
import { type Act, startFakeUpstream } from "../support/fake-upstream.ts";
import { startGateway } from "../support/start-gateway.ts";
import { tinyPng } from "../support/tiny-png.ts";
import { images, json, page, resetAfterBody } from "../support/upstream-acts.ts";

const file: Act = { play: ({ response }) => void response.end(tinyPng(10, 8)) };

it("an image behind an address is fetched for who wants bytes, without the provider's key", async () => {
  const { gateway, files } = await start(file, "allow_private_network: true");
  const [image] = imagesOf(await gateway.generate(request(Delivery.BYTES)));
  expect(image).toMatchObject({ mimeType: "image/png", width: 10, height: 8, provider: "first" });
  expect(image?.content.case === "data" && tinyPng(10, 8).equals(image.content.value)).toBe(true);
  expect(files.requests.map(({ method, path }) => [method, path])).toEqual([
    ["GET", "/v1/boat.png?sig=1"],
  ]);
  expect(files.requests[0]?.headers.authorization).toBeUndefined();
});

it("an address is handed on to who wants one, with the size read from the file", async () => {
  const { gateway, files } = await start(file, "allow_private_network: true");
  const [image] = imagesOf(await gateway.generate(request(Delivery.URL)));
  expect(image).toMatchObject({ mimeType: "image/png", width: 10, height: 8 });
  expect(image?.content).toEqual({ case: "url", value: `${files.url}/boat.png?sig=1` });
});

it("an address that nobody could ask for is handed on to who wants one", async () => {
  const { gateway, files } = await start(file, "allow_private_network: true", "");
  const response = await gateway.generate(request(Delivery.URL));
  const [image] = imagesOf(response);
  expect(image?.content).toEqual({ case: "url", value: `${files.url}/boat.png?sig=1` });
  expect(response.adjustments.map(({ field, applied }) => [field, applied])).toEqual([
    ["options.delivery", "url"],
  ]);
});

it("an address that leads into the private network is not followed, and the next provider is asked", async () => {
  const { gateway, first, files } = await start(file, "allow_private_network: false");
  const { attempts } = await gateway.generate(request(Delivery.BYTES));
  expect(attemptLines(attempts)).toEqual([
    "FIRST first FAILED SERVER_FAULT SENT 200",
    "FAILOVER second SUCCEEDED",
  ]);
  expect(attempts[0]?.message).toMatch(/egress guard .* allow_private_network/);
  expect(attempts[0]?.message).not.toContain("127.0.0.1");
  expect(first.requests).toHaveLength(1);
  expect(files.connections).toBe(0);
  expect(JSON.stringify(gateway.log)).not.toContain("sig=1");
});

it.each([
  ["breaks off", resetAfterBody],
  ["is a page", page(200)],
  ["is gone", page(404)],
])("a file that %s was paid for all the same, so that FORBID ends the request", async (_, act) => {
  const { gateway, first, second } = await start(act, "allow_private_network: true");
  const routing = { duplicateSpend: DuplicateSpend.FORBID };
  const told = await gateway.failure({ ...request(Delivery.BYTES), routing });
  expect([told.code, ...told.reasons]).toEqual(["ABORTED", "AMBIGUOUS_OUTCOME"]);
  expect(first.requests).toHaveLength(1);
  expect(second.connections).toBe(0);
});

function request(delivery: Delivery) {
  const value = { prompt: "a boat", options: { delivery } };
  return { model: "boat", task: { case: "textToImage" as const, value } };
}

function imagesOf({ output }: GenerateResponse): readonly Image[] {
  return output.case === "images" ? output.value.images : [];
}

/** A provider that answers with an address on another server, and one that answers with bytes after it. */
async function start(fileDoes: Act, firstSays: string, asks = "response_format: url,") {
  const files = await startFakeUpstream(fileDoes);
  const first = await startFakeUpstream(
    json(200, { data: [{ url: `${files.url}/boat.png?sig=1` }] }),
  );
  const second = await startFakeUpstream(images(20));
  const gateway = await startGateway(`
providers:
  first: { type: openai-compatible, base_url: "${first.url}", keys: [key-of-first], ${asks} ${firstSays} }
  second: { type: openai-compatible, base_url: "${second.url}" }
routes:
  - models: [boat]
    targets: [{ provider: first }, { provider: second, priority: 1 }]
`);
  return { gateway, first, second, files };
}
