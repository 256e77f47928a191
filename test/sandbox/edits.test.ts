import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { eventsOf, type OpenSandbox, openSandbox } from "./open-sandbox.ts";

const edits = "/images/edits";
const wide = await picture(30, 20);
const tall = await picture(20, 30);
const half = await picture(30, 20, 0.5);

type FileOf = readonly [name: string, bytes: Uint8Array<ArrayBuffer>, type?: string];

async function picture(width: number, height: number, alpha?: number) {
  const background = { r: 200, g: 100, b: 0, alpha: alpha ?? 1 };
  const channels = alpha === undefined ? 3 : 4;
  const image = sharp({ create: { width, height, channels, background } });
  return new Uint8Array(await image.png().toBuffer());
}

/** Sends a form with fields and files, each a PNG unless it says otherwise. */
function postForm(
  { sandbox }: OpenSandbox,
  slug: string,
  fields: Readonly<Record<string, string>>,
  files: readonly FileOf[],
): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const [name, bytes, type = "image/png"] of files) {
    form.append(name, new File([bytes], `${name}.png`, { type }));
  }
  const headers = { authorization: "Bearer test-key" };
  return fetch(`${sandbox.baseUrls[slug]}${edits}`, { method: "POST", headers, body: form });
}

async function sizeOf(base64: string): Promise<string> {
  const { width, height } = await sharp(Buffer.from(base64, "base64")).metadata();
  return `${width}x${height}`;
}

const ask = { model: "gpt-image-2", prompt: "make it night" };

describe("the embedded OpenAI's edits", () => {
  it("are of one image, named either way, and count as purchases", async () => {
    await using open = await openSandbox();
    for (const name of ["image", "image[]"]) {
      const answer = await postForm(open, "openai", { ...ask, n: "2" }, [[name, wide]]);
      expect(answer.status).toBe(200);
      const { data, usage, size } = await answer.json();
      expect(data).toHaveLength(2);
      expect(size).toBe("1536x1024");
      expect(await sizeOf(data[0].b64_json)).toBe("1536x1024");
      expect(usage.input_tokens_details.image_tokens).toBeGreaterThan(0);
    }
    expect(open.sandbox.submissions()["openai"]).toBe(2);
  });

  it("show which images they are of, and whether there is a mask", async () => {
    await using open = await openSandbox();
    const drawn = async (...files: readonly FileOf[]): Promise<string> => {
      const answer = await postForm(open, "openai", { ...ask, size: "1024x1024" }, files);
      return (await answer.json()).data[0].b64_json;
    };
    const one = await drawn(["image[]", wide]);
    expect(await drawn(["image[]", wide])).toBe(one);
    const others = [
      await drawn(["image[]", wide], ["mask", half]),
      await drawn(["image[]", wide], ["image[]", tall]),
      await drawn(["image[]", tall]),
    ];
    expect(new Set([one, ...others]).size).toBe(4);
  });

  it("stream under names of their own", async () => {
    await using open = await openSandbox();
    const fields = { ...ask, stream: "true", partial_images: "1" };
    const text = await (await postForm(open, "openai", fields, [["image", wide]])).text();
    expect(eventsOf(text).map(({ type }) => type)).toEqual([
      "image_edit.partial_image",
      "image_edit.completed",
    ]);
  });

  it("take a fidelity only where the model has one", async () => {
    await using open = await openSandbox();
    const status = async (model: string, input_fidelity: string): Promise<number> =>
      (await postForm(open, "openai", { ...ask, model, input_fidelity }, [["image", wide]])).status;
    expect(await status("gpt-image-1.5", "high")).toBe(200);
    expect(await status("gpt-image-1-mini", "high")).toBe(400);
    expect(await status("gpt-image-2", "high")).toBe(400);
  });

  const noise = new Uint8Array([1, 2, 3]);
  const many = Array.from({ length: 17 }, (): FileOf => ["image[]", wide]);
  it.each<readonly [string, Readonly<Record<string, string>>, readonly FileOf[], string, string]>([
    ["no image", ask, [], "missing_required_parameter", "image"],
    [
      "no prompt",
      { model: "gpt-image-2" },
      [["image", wide]],
      "missing_required_parameter",
      "prompt",
    ],
    ["a count that is no number", { ...ask, n: "two" }, [["image", wide]], "invalid_type", "n"],
    ["an unknown field", { ...ask, seed: "1" }, [["image", wide]], "unknown_parameter", "seed"],
    [
      "one untyped part",
      ask,
      [["image", wide, "application/octet-stream"]],
      "unsupported_file_mimetype",
      "image",
    ],
    [
      "a second untyped part",
      ask,
      [
        ["image[]", wide],
        ["image[]", wide, "application/octet-stream"],
      ],
      "unsupported_file_mimetype",
      "image[1]",
    ],
    ["a GIF", ask, [["image[]", wide, "image/gif"]], "unsupported_file_mimetype", "image[0]"],
    ["bytes that are no image", ask, [["image", noise]], "invalid_image_file", "image"],
    ["seventeen images", ask, many, "array_above_max_length", "image"],
    [
      "a mask of another size",
      ask,
      [
        ["image", tall],
        ["mask", half],
      ],
      "invalid_mask_image_format",
      "mask",
    ],
    [
      "a mask without transparency",
      ask,
      [
        ["image", wide],
        ["mask", wide],
      ],
      "invalid_mask_image_format",
      "mask",
    ],
  ])("refuse %s", async (_what, fields, files, code, param) => {
    await using open = await openSandbox();
    const answer = await postForm(open, "openai", fields, files);
    expect(answer.status).toBe(400);
    expect((await answer.json()).error).toMatchObject({
      type: "invalid_request_error",
      code,
      param,
    });
  });

  it("do not ask for the type of a mask", async () => {
    await using open = await openSandbox();
    const files: readonly FileOf[] = [
      ["image", wide],
      ["mask", half, "application/octet-stream"],
    ];
    expect((await postForm(open, "openai", ask, files)).status).toBe(200);
  });

  it("do not know the model, or the body", async () => {
    await using open = await openSandbox();
    const lost = await postForm(open, "openai", { ...ask, model: "gpt-image-unknown" }, [
      ["image", wide],
    ]);
    expect(lost.status).toBe(404);
    expect((await open.post("openai", edits, ask)).status).toBe(400);
  });
});

describe("the embedded OpenAI-compatible server's edits", () => {
  const plain = { model: "sd", prompt: "make it night", response_format: "b64_json" };

  it("have the size of their first image, under either name", async () => {
    await using open = await openSandbox();
    for (const name of ["image", "image[]"]) {
      const files: readonly FileOf[] = [
        [name, wide],
        [name, tall],
      ];
      const { data } = await (await postForm(open, "compatible", plain, files)).json();
      expect(await sizeOf(data[0].b64_json)).toBe("30x20");
    }
    expect(open.sandbox.submissions()["compatible"]).toBe(2);
  });

  it.each<readonly [string, Readonly<Record<string, string>>, readonly FileOf[], number]>([
    ["no image", plain, [], 422],
    ["bytes that are no image", plain, [["image", new Uint8Array([1])]], 400],
    ["no model", { prompt: "x" }, [["image", wide]], 400],
    ["a model that is not there", { ...plain, model: "missing" }, [["image", wide]], 404],
    ["too many at once", { ...plain, n: "11" }, [["image", wide]], 400],
  ])("refuse %s", async (_what, fields, files, status) => {
    await using open = await openSandbox();
    expect((await postForm(open, "compatible", fields, files)).status).toBe(status);
    expect((await open.post("compatible", edits, plain)).status).toBe(400);
  });
});

describe.each(["openai", "compatible"])("faults on the edits of %s", (slug) => {
  const send = (open: OpenSandbox, fields: Readonly<Record<string, string>> = {}) =>
    postForm(open, slug, { ...ask, ...fields }, [["image", wide]]);

  it.each([
    ["http-503", 503],
    ["rate-limit:3s", 429],
    ["refuse", 400],
  ])("show %s as status %i", async (fault, status) => {
    await using open = await openSandbox(`${slug}=${fault}`);
    expect((await send(open)).status).toBe(status);
  });

  it("leave the answer without images, make it a page, or break it off", async () => {
    await using empty = await openSandbox(`${slug}=empty`);
    expect((await (await send(empty)).json()).data).toEqual([]);
    await using garbage = await openSandbox(`${slug}=garbage`);
    expect(await (await send(garbage)).text()).toContain("<html>");
    await using reset = await openSandbox(`${slug}=reset`);
    await expect(send(reset)).rejects.toThrow();
    await using cut = await openSandbox(`${slug}=cut-stream`);
    await expect(send(cut).then((answer) => answer.text())).rejects.toThrow();
  });

  it("break the JSON of a stream", async () => {
    await using open = await openSandbox(`${slug}=garbage`);
    expect(await (await send(open, { stream: "true" })).text()).toContain("data: <html>");
  });
});

function dataUrl(bytes: Uint8Array): string {
  return `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`;
}

describe("the embedded OpenRouter's edits", () => {
  const ask = { model: "google/gemini-3-pro-image", prompt: "make it night" };
  const refer = (url: string) => ({ type: "image_url", image_url: { url } });

  it("have the shape of their first image, and show that there is one", async () => {
    await using open = await openSandbox();
    const drawn = async (urls: readonly string[]): Promise<string> => {
      const body = { ...ask, input_references: urls.map(refer) };
      const { data } = await (await open.post("openrouter", "/images", body)).json();
      return data[0].b64_json;
    };
    const edited = await drawn([dataUrl(wide)]);
    expect(await sizeOf(edited)).toBe("1248x832");
    const linked = await drawn(["https://example.com/a.png"]);
    expect(await sizeOf(linked)).toBe("1024x1024");
    expect(linked).not.toBe(await drawn([]));
  });

  it.each([
    ["no address", [{ type: "image_url" }]],
    ["another part", [{ type: "text", text: "x" }]],
    ["an address of no image", [refer("data:image/png;base64,AAAA")]],
    ["an address of no web", [refer("/etc/passwd")]],
  ])("refuse %s", async (_what, input_references) => {
    await using open = await openSandbox();
    const answer = await open.post("openrouter", "/images", { ...ask, input_references });
    expect(answer.status).toBe(400);
    expect((await answer.json()).error.metadata.error_type).toBe("invalid_image");
  });
});

describe("the embedded Replicate's edits", () => {
  const run = async (open: OpenSandbox, model: string, input: object) => {
    const path = `/models/${model}/predictions`;
    const body = { input: { prompt: "make it night", ...input } };
    const answer = await open.post("replicate", path, body, { prefer: "wait" });
    return { status: answer.status, body: await answer.json() };
  };

  it.each([
    ["black-forest-labs/flux-kontext-pro", { input_image: dataUrl(wide) }, "1248x832"],
    [
      "black-forest-labs/flux-2-pro",
      { input_images: [dataUrl(tall)], aspect_ratio: "match_input_image" },
      "832x1248",
    ],
    ["google/nano-banana-pro", { image_input: ["https://example.com/a.png"] }, "1024x1024"],
    ["ideogram-ai/ideogram-v3-turbo", { image: dataUrl(wide), mask: dataUrl(half) }, "1248x832"],
    ["black-forest-labs/flux-fill-pro", { image: dataUrl(wide) }, "1248x832"],
  ])("by %s have the shape of their input", async (model, input, size) => {
    await using open = await openSandbox();
    const { body } = await run(open, model, input);
    expect(body.status).toBe("succeeded");
    const file = await (await fetch([body.output].flat()[0])).arrayBuffer();
    const { width, height } = await sharp(Buffer.from(file)).metadata();
    expect(`${width}x${height}`).toBe(size);
  });

  it.each([
    ["a list for one", "black-forest-labs/flux-kontext-pro", { input_image: [] }, "invalid_type"],
    ["no address", "google/nano-banana", { image_input: ["boat.png"] }, "format"],
    ["no image to fill", "black-forest-labs/flux-fill-pro", {}, "required"],
    [
      "a key of another model",
      "google/nano-banana",
      { input_image: "https://a/b" },
      "additional_property_not_allowed",
    ],
  ])("refuse %s", async (_what, model, input, type) => {
    await using open = await openSandbox();
    const { status, body } = await run(open, model, input);
    expect(status).toBe(422);
    expect(body.invalid_fields[0].type).toBe(type);
  });

  it("fail when an input is no image", async () => {
    await using open = await openSandbox();
    const input = { input_image: "data:image/png;base64,AAAA" };
    const { body } = await run(open, "black-forest-labs/flux-kontext-pro", input);
    expect(body).toMatchObject({ status: "failed", error: "cannot identify image file" });
  });
});
