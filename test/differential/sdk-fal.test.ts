import { createFalClient, type FalClient } from "@fal-ai/client";
import { describe, expect, it } from "vitest";
import { type OpenSandbox, openSandbox } from "../sandbox/open-sandbox.ts";

/** The official `@fal-ai/client` works against the sandbox, unchanged but for its hosts. */
describe("@fal-ai/client, against the sandbox", () => {
  const model = "fal-ai/flux/schnell";
  const input = { prompt: "a paper boat", num_images: 2 };

  it("runs a model by the queue", async () => {
    await using open = await openSandbox();
    const seen: string[] = [];
    const { data, requestId } = await client(open).subscribe(model, {
      input,
      pollInterval: 1,
      onQueueUpdate: ({ status }) => seen.push(status),
    });
    expect(new Set(seen)).toEqual(new Set(["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]));
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(data.images).toHaveLength(2);
    const file = await fetch(data.images[0]?.url ?? "");
    expect(file.headers.get("content-type")).toBe("image/jpeg");
    expect(open.sandbox.submissions()["fal"]).toBe(1);
  });

  it("runs a model directly", async () => {
    await using open = await openSandbox();
    const { data } = await client(open).run(model, { input });
    expect(data.images).toHaveLength(2);
  });

  it("submits, asks and cancels", async () => {
    await using open = await openSandbox();
    const { queue } = client(open);
    const { request_id: requestId, status } = await queue.submit(model, { input });
    expect(status).toBe("IN_QUEUE");
    expect((await queue.status(model, { requestId })).status).toBe("IN_QUEUE");
    await queue.cancel(model, { requestId });
    expect((await queue.status(model, { requestId })).status).toBe("COMPLETED");
    await expect(queue.result(model, { requestId })).rejects.toMatchObject({ status: 499 });
  });

  it("tells a bad key, a bad input and a refusal apart", async () => {
    await using open = await openSandbox();
    const unknown = client(open, "invalid:key").queue.submit(model, { input });
    await expect(unknown).rejects.toMatchObject({ name: "ApiError", status: 401 });
    const wrong = client(open).run(model, { input: { ...input, num_images: 9 } });
    await expect(wrong).rejects.toMatchObject({
      name: "ValidationError",
      fieldErrors: [{ type: "less_than_equal", loc: ["body", "num_images"] }],
    });
    await using refusing = await openSandbox("fal=refuse");
    const refused = client(refusing).subscribe("fal-ai/nano-banana", { input, pollInterval: 1 });
    await expect(refused).rejects.toMatchObject({
      name: "ValidationError",
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      fieldErrors: [{ type: "content_policy_violation" }],
    });
  });

  it("sees a job that is completed and has failed", async () => {
    await using open = await openSandbox("fal=fail-late");
    const { queue } = client(open);
    const { request_id: requestId } = await queue.submit(model, { input });
    let current = await queue.status(model, { requestId });
    while (current.status !== "COMPLETED") current = await queue.status(model, { requestId });
    expect(current).toMatchObject({ error_type: "runner_disconnected" });
  });
});

function client({ sandbox }: OpenSandbox, credentials = "id:secret"): FalClient {
  return createFalClient({
    credentials,
    requestMiddleware: async (request) => ({
      ...request,
      url: request.url
        .replace("https://queue.fal.run", `${sandbox.origin}/fal/queue`)
        .replace("https://fal.run", `${sandbox.origin}/fal/run`),
    }),
  });
}
