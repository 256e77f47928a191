import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { type OpenSandbox, openSandbox } from "./open-sandbox.ts";

const schnell = "/fal-ai/flux/schnell";
const input = { prompt: "a blue teapot", num_images: 2, image_size: "landscape_4_3" };
const key = { authorization: "Key id:secret" };

describe("the embedded fal", () => {
  it("queues a request, runs it, and completes it", async () => {
    await using open = await openSandbox();
    const submitted = await open.post("fal", schnell, input);
    const job = await submitted.json();
    expect(submitted.status).toBe(200);
    expect(job).toMatchObject({ status: "IN_QUEUE", queue_position: 1 });
    expect(job.request_id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(new URL(job.status_url).pathname).toBe(
      `/fal/queue/fal-ai/flux/requests/${job.request_id}/status`,
    );
    const early = await at(job.response_url);
    expect([early.status, early.body.detail]).toEqual([400, "Request is still in progress"]);
    const seen = [await at(job.status_url), await at(job.status_url)];
    expect(seen.map(({ status, body }) => [status, body.status, body.queue_position])).toEqual([
      [202, "IN_QUEUE", 0],
      [202, "IN_PROGRESS", undefined],
    ]);
    const last = await at(job.status_url);
    expect(last).toMatchObject({ status: 200, body: { status: "COMPLETED" } });
    expect(last.body.error).toBeUndefined();
    const result = await at(job.response_url);
    expect(result.status).toBe(200);
    expect(result.headers.get("x-fal-request-id")).toBe(job.request_id);
    expect(result.headers.get("x-fal-billable-units")).toBe("2.0");
    expect(result.body).toMatchObject({
      images: [
        { width: 1024, height: 768 },
        { width: 1024, height: 768 },
      ],
      has_nsfw_concepts: [false, false],
      prompt: "a blue teapot",
    });
    expect((await at(`${job.response_url}/response`)).body).toEqual(result.body);
  });

  it("completes no sooner than it was told to", async () => {
    await using open = await openSandbox("fal=slow:5s");
    const job = await (await open.post("fal", schnell, input)).json();
    for (let poll = 0; poll < 6; poll++) await at(job.status_url);
    expect((await at(job.status_url)).body.status).toBe("IN_PROGRESS");
    await open.clock.advance(5000);
    expect((await at(job.status_url)).body.status).toBe("COMPLETED");
  });

  it("drops what follows the application's name from a job's path", async () => {
    await using open = await openSandbox();
    const { request_id: id } = await (await open.post("fal", schnell, input)).json();
    const statusOf = async (path: string): Promise<number> => (await open.get("fal", path)).status;
    expect(await statusOf(`/fal-ai/flux/requests/${id}/status`)).toBe(202);
    expect(await statusOf(`/fal-ai/flux/schnell/requests/${id}/status`)).toBe(405);
    expect(await statusOf(`/fal-ai/other/requests/${id}/status`)).toBe(404);
    expect(await statusOf("/fal-ai/flux/requests/nobody/status")).toBe(404);
    expect(await statusOf("/fal-ai/flux/requests/nobody")).toBe(404);
    expect(await statusOf(`/fal-ai/flux/requests/${id}/logs`)).toBe(405);
  });

  it("streams a status each time that it changes", async () => {
    await using open = await openSandbox();
    const job = await (await open.post("fal", schnell, input)).json();
    const text = await (await fetch(`${job.status_url}/stream`, { headers: key })).text();
    const seen = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = ""]) => JSON.parse(data));
    expect(seen.map(({ status }) => status)).toEqual([
      "IN_QUEUE",
      "IN_QUEUE",
      "IN_PROGRESS",
      "COMPLETED",
    ]);
  });

  it("cancels what has not ended, and says what has", async () => {
    await using open = await openSandbox();
    const cancel = (url: string) => fetch(url, { method: "PUT", headers: key });
    const job = await (await open.post("fal", schnell, input)).json();
    const first = await cancel(job.cancel_url);
    expect([first.status, await first.json()]).toEqual([202, { status: "CANCELLATION_REQUESTED" }]);
    expect((await at(job.status_url)).body).toMatchObject({
      status: "COMPLETED",
      error_type: "client_cancelled",
    });
    expect((await at(job.response_url)).status).toBe(499);
    const second = await cancel(job.cancel_url);
    expect([second.status, await second.json()]).toEqual([400, { status: "ALREADY_COMPLETED" }]);
    const nobody = await cancel(job.cancel_url.replace(job.request_id, "nobody"));
    expect([nobody.status, await nobody.json()]).toEqual([404, { status: "NOT_FOUND" }]);
  });

  it("answers a direct run at once", async () => {
    await using open = await openSandbox();
    const answer = await run(open, schnell, { ...input, sync_mode: true });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-fal-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.body.images[0].url).toMatch(/^data:image\/jpeg;base64,/);
    expect(open.sandbox.submissions()["fal"]).toBe(1);
  });

  it("serves result files to whoever has the address, and to nobody with a credential", async () => {
    await using open = await openSandbox();
    const { body } = await run(open, schnell, input);
    const [{ url }] = body.images;
    const file = await fetch(url);
    expect(file.headers.get("content-type")).toBe("image/jpeg");
    expect(await sizeOf(await file.arrayBuffer())).toEqual([1024, 768]);
    expect((await fetch(url, { headers: key })).status).toBe(400);
  });

  it.each<[string, object, readonly [number, number]]>([
    ["/fal-ai/flux/dev", { image_size: { width: 640, height: 480 } }, [640, 480]],
    ["/fal-ai/nano-banana-pro", { aspect_ratio: "16:9", resolution: "2K" }, [2752, 1536]],
    ["/fal-ai/gpt-image-1.5", { image_size: "1536x1024" }, [1536, 1024]],
    ["/fal-ai/bytedance/seedream/v4/text-to-image", { image_size: "auto_2K" }, [2048, 2048]],
    ["/someone/thing", { image_size: { width: 1e9, height: -5 }, num_images: 1e9 }, [4096, 16]],
  ])("draws %s with %j in its size", async (path, more, size) => {
    await using open = await openSandbox();
    const { body } = await run(open, path, { prompt: "x", ...more });
    const file = await fetch(body.images[0].url);
    expect(await sizeOf(await file.arrayBuffer())).toEqual(size);
  });

  it.each<[string, object, string]>([
    [schnell, { num_images: 2, image_size: { width: 1440, height: 1440 } }, "4.0"],
    ["/fal-ai/bytedance/seedream/v4/text-to-image", { image_size: "auto_2K" }, "1.0"],
    ["/fal-ai/nano-banana", { num_images: 2 }, "2.0"],
  ])("bills %s with %j by its price's unit: %s", async (path, more, units) => {
    await using open = await openSandbox();
    const { headers } = await run(open, path, { prompt: "x", ...more });
    expect(headers.get("x-fal-billable-units")).toBe(units);
  });

  it("gives up what has not begun in the time that it was given", async () => {
    await using open = await openSandbox();
    const submit = async () => {
      const headers = { ...key, "x-fal-request-timeout": "2" };
      return (await open.post("fal", schnell, input, headers)).json();
    };
    const [late, begun] = [await submit(), await submit()];
    await at(begun.status_url);
    await at(begun.status_url);
    await open.clock.advance(2000);
    expect((await at(begun.status_url)).body.error).toBeUndefined();
    const { body } = await at(late.status_url);
    expect(body).toMatchObject({ status: "COMPLETED", error_type: "request_timeout" });
    const result = await at(late.response_url);
    expect([result.status, result.headers.get("x-fal-request-timeout-type")]).toEqual([
      504,
      "user",
    ]);
  });

  it("enlarges the image that it is given", async () => {
    await using open = await openSandbox();
    const png = await sharp({ create: { width: 20, height: 10, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    const image_url = `data:image/png;base64,${png.toString("base64")}`;
    const { body } = await run(open, "/fal-ai/esrgan", { image_url, scale: 4 });
    const larger = Buffer.from(await (await fetch(body.image.url)).arrayBuffer());
    expect(await sizeOf(larger)).toEqual([80, 40]);
    const { channels } = await sharp(larger).stats();
    expect(channels.map(({ mean }) => Math.round(mean))).toEqual([255, 0, 0]);
  });

  it.each<[string, object, string, readonly (string | number)[]]>([
    [schnell, {}, "missing", ["body", "prompt"]],
    [schnell, { prompt: 1 }, "string_type", ["body", "prompt"]],
    [schnell, { prompt: "x", num_images: 9 }, "less_than_equal", ["body", "num_images"]],
    [schnell, { prompt: "x", num_images: 0 }, "greater_than_equal", ["body", "num_images"]],
    [schnell, { prompt: "x", num_images: 1.5 }, "int_type", ["body", "num_images"]],
    [schnell, { prompt: "x", image_size: "16:9" }, "literal_error", ["body", "image_size"]],
    [
      schnell,
      { prompt: "x", image_size: { width: 20000 } },
      "less_than_equal",
      ["body", "image_size", "width"],
    ],
    [
      "/fal-ai/flux-pro/v1.1",
      { prompt: "x", safety_tolerance: 2 },
      "literal_error",
      ["body", "safety_tolerance"],
    ],
    [
      "/fal-ai/nano-banana/edit",
      { prompt: "x", image_urls: ["a", 2] },
      "string_type",
      ["body", "image_urls", 1],
    ],
    ["/fal-ai/nano-banana/edit", { prompt: "x" }, "missing", ["body", "image_urls"]],
    ["/fal-ai/gpt-image-1.5/edit", { prompt: "x" }, "missing", ["body", "image_urls"]],
    ["/fal-ai/qwen-image-edit-plus", { prompt: "x" }, "missing", ["body", "image_urls"]],
    ["/fal-ai/qwen-image-2/pro/edit", { prompt: "x" }, "missing", ["body", "image_urls"]],
    ["/fal-ai/flux-2/klein/4b/edit", { prompt: "x" }, "missing", ["body", "image_urls"]],
    ["/fal-ai/ideogram/v3/remix", { prompt: "x" }, "missing", ["body", "image_url"]],
    ["/fal-ai/qwen-image-edit", { prompt: "x" }, "missing", ["body", "image_url"]],
    [
      "/fal-ai/flux-2-pro",
      { prompt: "x", output_format: "webp" },
      "literal_error",
      ["body", "output_format"],
    ],
  ])("takes %s %j and finds it wrong when it runs", async (path, body, type, loc) => {
    await using open = await openSandbox();
    const result = await complete(open, path, body);
    expect(result.completed["error"]).toBeUndefined();
    expect(result.status).toBe(422);
    expect(result.body.detail[0]).toMatchObject({ type, loc });
  });

  it.each([
    ["/fal-ai/flux-2", ["has_nsfw_concepts", "images", "prompt", "seed", "timings"]],
    ["/fal-ai/flux-2-pro", ["images", "seed"]],
    ["/fal-ai/recraft/v3/text-to-image", ["images"]],
  ])("answers for %s in the form of its family", async (path, keys) => {
    await using open = await openSandbox();
    const { body } = await run(open, path, { prompt: "x" });
    expect(Object.keys(body).sort()).toEqual(keys);
  });

  it("ignores a key that a model does not have", async () => {
    await using open = await openSandbox();
    expect((await run(open, schnell, { ...input, strange: [1] })).status).toBe(200);
  });

  it("refuses as the open models do, with a black image, and as the partners' do, with an error", async () => {
    await using open = await openSandbox("fal=refuse");
    const black = await complete(open, schnell, input);
    expect(black).toMatchObject({ status: 200, body: { has_nsfw_concepts: [true, true] } });
    const file = await (await fetch(black.body.images[0].url)).arrayBuffer();
    const { channels } = await sharp(file).stats();
    expect(channels.map(({ max }) => max)).toEqual([0, 0, 0]);
    const refused = await complete(open, "/fal-ai/nano-banana", input);
    expect(refused.status).toBe(422);
    expect(refused.headers.get("x-fal-retryable")).toBe("false");
    expect(refused.body.detail[0].type).toBe("content_policy_violation");
  });

  it("completes without a result when told", async () => {
    await using open = await openSandbox("fal=empty");
    expect((await complete(open, schnell, input)).body.images).toEqual([]);
    const single = await complete(open, "/fal-ai/esrgan", { image_url: "https://x.example/a.png" });
    expect(single.body.image).toBeNull();
  });

  it("completes with an error when it fails late", async () => {
    await using open = await openSandbox("fal=fail-late");
    const failed = await complete(open, schnell, input);
    expect(failed.completed).toMatchObject({ error_type: "runner_disconnected" });
    expect(failed.status).toBe(503);
    expect(failed.headers.get("x-fal-error-type")).toBe("runner_disconnected");
  });

  it.each([
    ["", /^Authentication is required/],
    ["Bearer id:secret", /^Invalid Key Authorization header format/],
    ["Key invalid", /^No user found/],
  ])("turns the credential '%s' away", async (authorization, words) => {
    await using open = await openSandbox();
    const answer = await open.post("fal", schnell, input, { authorization });
    expect(answer.status).toBe(401);
    expect((await answer.json()).detail).toMatch(words);
  });

  it.each([502, 504])(
    "shows the page of its edge with %i, without a request id",
    async (status) => {
      await using open = await openSandbox(`fal=http-${status}`);
      const answer = await open.post("fal", schnell, input);
      expect(answer.status).toBe(status);
      expect(answer.headers.has("x-fal-request-id")).toBe(false);
      expect(await answer.text()).toContain("nginx");
    },
  );

  it("says that too many calls run at a time", async () => {
    await using open = await openSandbox("fal=rate-limit:3s");
    const answer = await open.post("fal", schnell, input);
    expect(answer.headers.get("x-fal-needs-retry")).toBe("1");
    expect((await answer.json()).type).toBe("concurrent_requests_limit");
  });

  it("does not find what nobody has deployed, and takes no other method", async () => {
    await using open = await openSandbox();
    expect((await open.post("fal", "/acme/unknown", input)).status).toBe(404);
    expect((await open.get("fal", schnell)).status).toBe(405);
  });
});

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by path, and a wrong path fails the test.
type Looked = { status: number; headers: Headers; body: any };

async function at(url: string): Promise<Looked> {
  return look(await fetch(url, { headers: key }));
}

async function run({ sandbox }: OpenSandbox, path: string, body: unknown): Promise<Looked> {
  const url = `${sandbox.origin}/fal/run${path}`;
  return look(await fetch(url, { method: "POST", headers: key, body: JSON.stringify(body) }));
}

/** Submits, waits for the end, and fetches the result. */
async function complete(
  open: OpenSandbox,
  path: string,
  body: unknown,
): Promise<Looked & { completed: Record<string, unknown> }> {
  const job = await (await open.post("fal", path, body)).json();
  let status = await at(job.status_url);
  while (status.body.status !== "COMPLETED") status = await at(job.status_url);
  return { ...(await at(job.response_url)), completed: status.body };
}

async function look(response: Response): Promise<Looked> {
  return { status: response.status, headers: response.headers, body: await response.json() };
}

async function sizeOf(file: ArrayBuffer | Buffer): Promise<readonly [number, number]> {
  const { width, height } = await sharp(file).metadata();
  return [width, height];
}
