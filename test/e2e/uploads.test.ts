import { describe, expect, it } from "vitest";
import { attemptLines } from "../support/attempt-lines.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { largePng } from "../support/large-png.ts";
import { startGateway } from "../support/start-gateway.ts";
import { tinyPng } from "../support/tiny-png.ts";
import { error, json } from "../support/upstream-acts.ts";

const model = "replicate/black-forest-labs/flux-kontext-pro";
const address = "https://api.replicate.com/v1/files/OGZmN2ExampleExample";
const kept = json(201, { id: "OGZmN2ExampleExample", urls: { get: address } });
const made = json(201, {
  id: "p1",
  status: "succeeded",
  output: `data:image/png;base64,${tinyPng(8, 8).toString("base64")}`,
});

describe("an edit of an image that is too large for Replicate's call", () => {
  it("uploads it, and names its address in the prediction", async () => {
    const upstream = await startFakeUpstream(kept, made);
    const gateway = await startGateway(config(upstream.url));
    const picture = await largePng();
    await gateway.generate(edit(picture));
    const [upload, prediction] = upstream.requests;
    expect(upstream.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /v1/files",
      "POST /v1/models/black-forest-labs/flux-kontext-pro/predictions",
    ]);
    expect(upload?.headers.authorization).toBe("Bearer key-of-replicate");
    expect(upload?.body.includes(picture)).toBe(true);
    expect(prediction?.json()).toMatchObject({ input: { input_image: address } });
  });

  it("is worked on in the sandbox, however many images are made of it", async () => {
    const gateway = await startGateway("sandbox: true");
    const response = await gateway.generate(edit(await largePng(), { options: { count: 3 } }));
    if (response.output.case !== "images") throw new Error("They are no images.");
    const sizes = response.output.value.images.map(({ width, height }) => `${width}x${height}`);
    expect(sizes).toEqual(["1248x832", "1248x832", "1248x832"]);
    expect(gateway.sandbox?.submissions()["replicate"]).toBe(3);
  });

  it("has bought nothing when its upload is refused: its key is free", async () => {
    const upstream = await startFakeUpstream(error(401, {}), kept, made);
    const gateway = await startGateway(config(upstream.url));
    const request = { ...edit(await largePng()), idempotencyKey: "order-7" };
    const told = await gateway.failure(request);
    expect(attemptLines(told.attempts)).toEqual(["FIRST replicate FAILED CREDENTIAL NOT_SENT 401"]);
    const again = await gateway.generate(request);
    expect(again).toMatchObject({ replayed: false });
    expect(upstream.requests).toHaveLength(3);
  });
});

function edit(picture: Buffer, more: object = {}) {
  const source = { case: "data" as const, value: picture };
  const value = { prompt: "make it night", images: [{ source }], ...more };
  return { model, task: { case: "imageEdit" as const, value } };
}

function config(url: string): string {
  return `
providers:
  replicate: { keys: [key-of-replicate], base_url: "${url}" }
`;
}
