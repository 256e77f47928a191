import Replicate from "replicate";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { type OpenSandbox, openSandbox } from "../sandbox/open-sandbox.ts";
import { largePng } from "../support/large-png.ts";
import { pixel } from "./tasks.ts";

/** The official `replicate` client works against the sandbox, unchanged but for its base URL. */
describe("npm replicate, against the sandbox", () => {
  const client = ({ sandbox }: OpenSandbox, auth = "r8_test"): Replicate =>
    new Replicate({ auth, baseUrl: sandbox.baseUrls["replicate"] ?? "" });
  const model = "black-forest-labs/flux-schnell" as const;
  const input = { prompt: "a paper boat", num_outputs: 2 };

  it("runs a model, waiting in the call", async () => {
    await using open = await openSandbox();
    const output = (await client(open).run(model, { input })) as string[];
    expect(output).toHaveLength(2);
    expect((await fetch(output[0] ?? "")).headers.get("content-type")).toBe("image/webp");
    expect(open.sandbox.submissions()["replicate"]).toBe(1);
  });

  it("edits an image", async () => {
    await using open = await openSandbox();
    const output = await client(open).run("black-forest-labs/flux-kontext-pro", {
      input: {
        prompt: "make it night",
        input_image: `data:image/png;base64,${pixel.toString("base64")}`,
      },
    });
    expect((await fetch(String(output))).headers.get("content-type")).toBe("image/png");
  });

  it("uploads the files of an edit, and works on them", async () => {
    await using open = await openSandbox();
    const replicate = client(open);
    const image = new File([new Uint8Array(await largePng())], "wide.png", { type: "image/png" });
    const output = await replicate.run("black-forest-labs/flux-kontext-pro", {
      input: { prompt: "make it night", input_image: image },
    });
    const made = Buffer.from(await (await fetch(String(output))).arrayBuffer());
    // The shape of the file, so that it was looked at.
    expect(await sharp(made).metadata()).toMatchObject({ width: 1248, height: 832 });
    expect(open.sandbox.submissions()["replicate"]).toBe(1);
  });

  it("creates, gets and deletes a file", async () => {
    await using open = await openSandbox();
    const { files } = client(open);
    const image = new File([pixel], "dot.png", { type: "image/png" });
    const made = await files.create(image, { of: "a dot" });
    expect(made).toMatchObject({
      name: "dot.png",
      content_type: "image/png",
      size: pixel.length,
      metadata: { of: "a dot" },
      urls: { get: expect.stringMatching(/\/v1\/files\/[a-z0-9]+$/) },
    });
    expect(await files.get(made.id)).toEqual(made);
    expect(await files.delete(made.id)).toBe(true);
    const gone = await files.get(made.id).catch(same);
    expect(gone).toMatchObject({ name: "ApiError", response: { status: 404 } });
  });

  it("runs a model, polling", async () => {
    await using open = await openSandbox();
    const seen: string[] = [];
    await client(open).run(model, { input, wait: { mode: "poll", interval: 1 } }, ({ status }) => {
      seen.push(status);
    });
    expect(new Set(seen)).toEqual(new Set(["starting", "processing", "succeeded"]));
  });

  it("creates, gets and cancels a prediction", async () => {
    await using open = await openSandbox();
    const replicate = client(open);
    const { id, status } = await replicate.predictions.create({ model, input });
    expect(status).toBe("starting");
    expect((await replicate.predictions.get(id)).status).toBe("processing");
    expect((await replicate.predictions.cancel(id)).status).toBe("canceled");
  });

  it("tells who it is", async () => {
    await using open = await openSandbox();
    expect((await client(open).accounts.current()).username).toBe("sandbox");
  });

  it("tells a bad token and a bad input apart", async () => {
    await using open = await openSandbox();
    const unknown = await client(open, "r8_invalid")
      .predictions.create({ model, input })
      .catch(same);
    expect(unknown).toMatchObject({ name: "ApiError", response: { status: 401 } });
    const wrong = await client(open)
      .predictions.create({ model, input: { ...input, num_outputs: 9 } })
      .catch(same);
    expect(wrong).toMatchObject({ name: "ApiError", response: { status: 422 } });
    expect((wrong as Error).message).toContain("input.num_outputs");
  });

  it("throws what a failed prediction says", async () => {
    await using open = await openSandbox("replicate=refuse");
    await expect(client(open).run(model, { input })).rejects.toThrow(/NSFW/);
  });
});

function same(error: unknown): unknown {
  return error;
}
