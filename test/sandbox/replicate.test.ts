import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { largePng } from "../support/large-png.ts";
import { type OpenSandbox, openSandbox } from "./open-sandbox.ts";

const schnell = "/models/black-forest-labs/flux-schnell/predictions";
const kontext = "/models/black-forest-labs/flux-kontext-pro/predictions";
const input = { prompt: "a blue teapot", num_outputs: 2, output_format: "png" };
const drawn = { input: { prompt: "a blue teapot" } };
const wait = { prefer: "wait" };

describe("the embedded Replicate", () => {
  it("accepts a prediction, works on it, and is done", async () => {
    await using open = await openSandbox();
    const created = await open.post("replicate", schnell, { input });
    const first = await created.json();
    expect(created.status).toBe(201);
    expect(first).toMatchObject({ status: "starting", output: null, error: null, input });
    expect(first.id).toMatch(/^[a-z0-9]{26}$/);
    const second = await poll(open, first);
    expect(second).toMatchObject({ id: first.id, status: "processing", output: null });
    const third = await poll(open, first);
    expect(third).toMatchObject({ status: "succeeded", metrics: { image_count: 2 } });
    expect(third.output).toHaveLength(2);
    expect(await poll(open, first)).toEqual(third);
  });

  it("holds the answer until the result is there when asked to wait", async () => {
    await using open = await openSandbox();
    const answer = await open.post("replicate", schnell, { input }, wait);
    expect(answer.headers.get("preference-applied")).toBe("wait");
    expect((await answer.json()).status).toBe("succeeded");
  });

  it("holds it no longer than asked", async () => {
    await using open = await openSandbox("replicate=slow:10s");
    const answer = open.post("replicate", schnell, { input }, { prefer: "wait=3" });
    while (open.clock.pending() === 0) await open.clock.advance(0);
    await open.clock.advance(3000);
    const prediction = await (await answer).json();
    expect(prediction).toMatchObject({ status: "processing", output: null });
    await open.clock.advance(6999);
    expect((await poll(open, prediction)).status).toBe("processing");
    await open.clock.advance(1);
    expect((await poll(open, prediction)).status).toBe("succeeded");
  });

  it("serves result files to whoever has the address, and to nobody with a credential", async () => {
    await using open = await openSandbox();
    const { output } = await (await open.post("replicate", schnell, { input }, wait)).json();
    const file = await fetch(output[0]);
    expect(file.headers.get("content-type")).toBe("image/png");
    expect((await sharp(Buffer.from(await file.arrayBuffer())).metadata()).width).toBe(1024);
    const leaked = await fetch(output[0], { headers: { authorization: "Bearer r8_secret" } });
    expect(leaked.status).toBe(400);
    expect((await fetch(`${output[0]}x`)).status).toBe(404);
  });

  it("gives one address, not a list, for models that do so", async () => {
    await using open = await openSandbox();
    const path = "/models/google/nano-banana-pro/predictions";
    const body = { input: { prompt: "x", aspect_ratio: "16:9" } };
    const { output } = await (await open.post("replicate", path, body, wait)).json();
    expect(output).toMatch(/\/replicate-delivery\/\w+\/out-0\.jpg$/);
  });

  it("cancels a prediction that runs, and leaves a finished one as it is", async () => {
    await using open = await openSandbox();
    const running = await (await open.post("replicate", schnell, { input })).json();
    const cancelled = await open.post("replicate", `/predictions/${running.id}/cancel`, {});
    expect((await cancelled.json()).status).toBe("canceled");
    expect((await poll(open, running)).status).toBe("canceled");
    const done = await (await open.post("replicate", schnell, { input }, wait)).json();
    const after = await open.post("replicate", `/predictions/${done.id}/cancel`, {});
    expect((await after.json()).status).toBe("succeeded");
  });

  it("gives a prediction up at its deadline", async () => {
    await using open = await openSandbox("replicate=slow:10s");
    const answer = await open.post("replicate", schnell, { input }, { "cancel-after": "5s" });
    const prediction = await answer.json();
    expect(prediction.deadline).toBe("2026-11-22T00:00:05.000Z");
    await open.clock.advance(5000);
    expect((await poll(open, prediction)).status).toBe("aborted");
    const second = await open.post("replicate", schnell, { input }, { "cancel-after": "5s" });
    const begun = await second.json();
    await poll(open, begun);
    await open.clock.advance(5000);
    expect((await poll(open, begun)).status).toBe("canceled");
  });

  it.each([
    ["refuse", schnell, /^NSFW content detected/],
    ["refuse", kontext, /flagged as sensitive.*E005/],
    ["fail-late", schnell, /E9828/],
  ])("fails after it accepted, with %s for %s", async (fault, path, words) => {
    await using open = await openSandbox(`replicate=${fault}`);
    const created = await open.post("replicate", path, path === schnell ? { input } : drawn);
    expect(created.status).toBe(201);
    const prediction = await created.json();
    await poll(open, prediction);
    const ended = await poll(open, prediction);
    expect(ended).toMatchObject({ status: "failed", output: null });
    expect(ended.error).toMatch(words);
  });

  it("does not start a version in time when it fails late", async () => {
    await using open = await openSandbox("replicate=fail-late");
    const body = { version: "0123456789abcdef".repeat(4), input };
    const prediction = await (await open.post("replicate", "/predictions", body)).json();
    await poll(open, prediction);
    expect((await poll(open, prediction)).error).toMatch(/E6716/);
  });

  it("accepts before it fails late, even where the client waits", async () => {
    await using open = await openSandbox("replicate=fail-late");
    const prediction = await (await open.post("replicate", schnell, { input }, wait)).json();
    expect(prediction.status).toBe("starting");
  });

  it("succeeds without a result when told", async () => {
    await using open = await openSandbox("replicate=empty");
    const answer = await open.post("replicate", schnell, { input }, wait);
    expect(await answer.json()).toMatchObject({ status: "succeeded", output: [] });
  });

  it("creates by version, in every form that a version has", async () => {
    await using open = await openSandbox();
    const hash = "0123456789abcdef".repeat(4);
    for (const version of [hash, `owner/name:${hash}`, "black-forest-labs/flux-schnell"]) {
      const answer = await open.post("replicate", "/predictions", { version, input });
      expect(answer.status).toBe(201);
    }
    const latest = await open.post("replicate", "/predictions", { version: "a/b:latest", input });
    expect(latest.status).toBe(422);
    expect((await latest.json()).title).toBe("Invalid version or not permitted");
  });

  it.each([
    [schnell, { input: { ...input, output_format: "gif" } }, "enum", "input.output_format"],
    [schnell, { input: { ...input, num_outputs: 5 } }, "number_lte", "input.num_outputs"],
    [schnell, { input: { ...input, num_outputs: 0 } }, "number_gte", "input.num_outputs"],
    [schnell, { input: { ...input, seed: "1" } }, "invalid_type", "input.seed"],
    [schnell, { input: { ...input, size: "1x1" } }, "additional_property_not_allowed", "input"],
    [schnell, { input: {} }, "required", "input"],
    [schnell, {}, "required", "input"],
    [schnell, { input, version: "x" }, "additional_property_not_allowed", "version"],
    ["/predictions", { input, model: "a/b" }, "additional_property_not_allowed", "model"],
    ["/predictions", { input }, "required", "version"],
  ])("refuses %s %j with 422", async (path, body, type, field) => {
    await using open = await openSandbox();
    const answer = await open.post("replicate", path, body);
    expect(answer.status).toBe(422);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    const problem = await answer.json();
    expect(problem.invalid_fields[0]).toMatchObject({ type, field });
    expect(problem.detail).toContain(`- ${field}: `);
  });

  it("takes any input of a community model", async () => {
    await using open = await openSandbox();
    const body = { input: { text: "x", strange: [1] } };
    expect((await open.post("replicate", "/models/someone/thing/predictions", body)).status).toBe(
      201,
    );
  });

  it("delays an error that no prediction is made for", async () => {
    await using open = await openSandbox("*=slow:2s,replicate=http-503");
    const answer = open.post("replicate", schnell, { input });
    while (open.clock.pending() === 0) await open.clock.advance(0);
    await open.clock.advance(2000);
    expect((await answer).status).toBe(503);
  });

  it("draws no larger picture than it can, whatever a community model is asked", async () => {
    await using open = await openSandbox();
    const body = { input: { prompt: "x", width: 1e9, height: -5, num_outputs: 1 } };
    const path = "/models/someone/thing/predictions";
    const { output } = await (await open.post("replicate", path, body, wait)).json();
    const file = Buffer.from(await (await fetch(output[0])).arrayBuffer());
    const { width, height } = await sharp(file).metadata();
    expect([width, height]).toEqual([4096, 16]);
  });

  it("refuses a bad token with a problem that ends in a line break", async () => {
    await using open = await openSandbox();
    for (const authorization of ["", "Bearer r8_invalid"]) {
      const answer = await open.post("replicate", schnell, { input }, { authorization });
      expect(answer.status).toBe(401);
      expect(await answer.text()).toMatch(/^\{"title":"Unauthenticated".*\}\n$/);
    }
  });

  it("keeps a file for a day, as an input and to be looked at", async () => {
    await using open = await openSandbox();
    const file = await (await upload(open, "content", await largePng())).json();
    expect(file).toMatchObject({
      name: "wide.png",
      content_type: "image/png",
      metadata: {},
      created_at: "2026-11-22T00:00:00.000Z",
      expires_at: "2026-11-23T00:00:00.000Z",
    });
    const body = { input: { prompt: "x", input_image: file.urls.get } };
    const created = await open.post("replicate", kontext, body, wait);
    expect(await created.json()).toMatchObject({ status: "succeeded" });
    expect(await (await open.get("replicate", `/files/${file.id}`)).json()).toEqual(file);
    expect((await fetch(file.urls.get)).status).toBe(401);
    await open.clock.advance(24 * 60 * 60 * 1000);
    expect((await open.get("replicate", `/files/${file.id}`)).status).toBe(404);
    const late = await (await open.post("replicate", kontext, body, wait)).json();
    expect(late).toMatchObject({
      status: "failed",
      error: `404 Client Error: Not Found for url: ${file.urls.get}`,
    });
  });

  it("keeps the newest files only", async () => {
    await using open = await openSandbox();
    const files: { readonly id: string }[] = [];
    for (let index = 0; index < 65; index++) {
      files.push(await (await upload(open, "content", Buffer.from([index]))).json());
    }
    const found = [files[0], files[1], files[64]].map(
      async (file) => (await open.get("replicate", `/files/${file?.id}`)).status,
    );
    expect(await Promise.all(found)).toEqual([404, 200, 200]);
  });

  it.each([
    ["without content", "file", ""],
    ["with metadata that is no object", "content", "[]"],
    ["with metadata that is no JSON", "content", "{"],
  ])("takes no file %s", async (_name, part, metadata) => {
    await using open = await openSandbox();
    expect((await upload(open, part, Buffer.from("x"), metadata)).status).toBe(400);
  });

  it("does not find unknown models and predictions", async () => {
    await using open = await openSandbox();
    const model = await open.post("replicate", "/models/acme/unknown/predictions", { input });
    const prediction = await open.get("replicate", "/predictions/abc");
    expect([model.status, prediction.status]).toEqual([404, 404]);
  });
});

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by path, and a wrong path fails the test.
async function poll(open: OpenSandbox, prediction: { readonly id: string }): Promise<any> {
  return (await open.get("replicate", `/predictions/${prediction.id}`)).json();
}

function upload(
  { sandbox }: OpenSandbox,
  part: string,
  bytes: Buffer,
  metadata = "",
): Promise<Response> {
  const body = new FormData();
  body.append(part, new File([new Uint8Array(bytes)], "wide.png", { type: "image/png" }));
  if (metadata !== "") body.append("metadata", metadata);
  const headers = { authorization: "Bearer r8_test" };
  return fetch(`${sandbox.baseUrls["replicate"]}/files`, { method: "POST", headers, body });
}
