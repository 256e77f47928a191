import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AdjustmentKind, type GenerateResponse } from "../../gen/spillway/v1/generate_pb.ts";
import { Delivery, ImageFormat, MaskPolarity } from "../../gen/spillway/v1/image_pb.ts";
import { attemptLines } from "../support/attempt-lines.ts";
import { refusingUrl, startFakeUpstream } from "../support/fake-upstream.ts";
import { startGateway } from "../support/start-gateway.ts";
import { body, imagesOfWidths } from "../support/upstream-acts.ts";

let folder: string;
let png: Buffer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "spillway-media-"));
  const red = { width: 64, height: 64, channels: 3, background: "red" } as const;
  png = await sharp({ create: red }).png().toBuffer();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sandbox = (media: string) => `
sandbox: true
media: ${media}
routes:
  - models: [drawn]
    targets: [{ provider: gemini, model: gemini-3-pro-image }]
  - models: [edited]
    targets: [{ provider: openai, model: gpt-image-2 }]
`;

const onDisk = () => sandbox(`{ store: disk, directory: ${join(folder, "media")} }`);

const drawing = {
  model: "drawn",
  task: {
    case: "textToImage",
    value: {
      prompt: "a paper boat",
      options: { count: 2, format: ImageFormat.WEBP, delivery: Delivery.URL },
    },
  },
} as const;

const editing = (url: string, model = "edited") => ({
  model,
  task: {
    case: "imageEdit" as const,
    value: { prompt: "bluer", images: [{ source: { case: "url" as const, value: url } }] },
  },
});

function imagesOf({ output }: GenerateResponse) {
  if (output.case !== "images") throw new Error("There are no images.");
  return output.value.images;
}

describe("an image for which a link is wanted", () => {
  it("is served by the gateway, when its provider gives bytes", async () => {
    const gateway = await startGateway(onDisk());
    const askedAt = Date.now();
    const response = await gateway.generate(drawing);
    expect(response.adjustments).toContainEqual(
      expect.objectContaining({ field: "options.delivery", kind: AdjustmentKind.EMULATED }),
    );
    for (const image of imagesOf(response)) {
      if (image.content.case !== "url") throw new Error("It came as bytes.");
      expect(image.content.value).toContain(`${gateway.url}/media/`);
      const expiresAt = Number(image.expireTime?.seconds) * 1000;
      // A part of a second is cut off.
      expect(expiresAt).toBeGreaterThan(askedAt + 3_599_000);
      expect(expiresAt).toBeLessThanOrEqual(Date.now() + 3_600_000);
      const file = await fetch(image.content.value);
      expect(file.headers.get("content-type")).toBe("image/webp");
      const read = await sharp(Buffer.from(await file.arrayBuffer())).metadata();
      expect(read).toMatchObject({ format: "webp", width: image.width, height: image.height });
    }
  });

  it("arrives as bytes when the store is full, and the response says why", async () => {
    const gateway = await startGateway(
      sandbox(`{ store: disk, directory: ${join(folder, "small")}, max_size: 10B }`),
    );
    const response = await gateway.generate(drawing);
    expect(imagesOf(response).map(({ content }) => content.case)).toEqual(["data", "data"]);
    expect(response.adjustments.filter(({ field }) => field === "options.delivery")).toMatchObject([
      { kind: AdjustmentKind.DROPPED, applied: "", reason: "The media store is full." },
    ]);
  });

  it("arrives as bytes without a store, and the response says so", async () => {
    const gateway = await startGateway(sandbox("{}"));
    const response = await gateway.generate(drawing);
    expect(imagesOf(response).map(({ content }) => content.case)).toEqual(["data", "data"]);
    expect(response.adjustments.filter(({ field }) => field === "options.delivery")).toMatchObject([
      { kind: AdjustmentKind.DROPPED, applied: "" },
    ]);
  });
});

describe("an image that was made and paid for", () => {
  it("arrives in its own format when it cannot be converted, and is not bought again", async () => {
    // WebP ends at 16,383 pixels.
    const upstream = await startFakeUpstream(imagesOfWidths(16_384));
    const gateway = await startGateway(`
providers:
  wide: { type: openai-compatible, base_url: "${upstream.url}", operations: [text_to_image] }
routes:
  - models: [drawn]
    targets: [{ provider: wide }]
`);
    const { value } = drawing.task;
    const options = { format: ImageFormat.WEBP, delivery: Delivery.BYTES };
    const response = await gateway.generate({
      ...drawing,
      task: { case: "textToImage", value: { ...value, options } },
    });
    expect(imagesOf(response)).toMatchObject([
      { mimeType: "image/png", width: 16_384, height: 8, content: { case: "data" } },
    ]);
    expect(response.adjustments).toMatchObject([
      {
        field: "options.format",
        requested: "webp",
        applied: "",
        kind: AdjustmentKind.DROPPED,
        reason: "The image cannot be written as webp.",
      },
    ]);
    expect(attemptLines(response.attempts)).toEqual(["FIRST wide SUCCEEDED"]);
    expect(upstream.requests).toHaveLength(1);
  });

  it.each([
    ["that nobody runs", refusingUrl, "ECONNREFUSED"],
    ["that is down", brokenBucket, "InternalError"],
  ])(
    "arrives as bytes when a bucket is wanted %s, and is not bought again",
    async (_, url, why) => {
      const endpoint = (await url()).replace(/\/v1$/, "");
      const keys = "access_key_id: key, secret_access_key: secret";
      const gateway = await startGateway(
        sandbox(
          `{ store: s3, bucket: pictures, endpoint: "${endpoint}", path_style: true, ${keys} }`,
        ),
      );
      const response = await gateway.generate(drawing);
      expect(imagesOf(response)).toMatchObject([
        { mimeType: "image/webp", content: { case: "data" } },
        { mimeType: "image/webp", content: { case: "data" } },
      ]);
      expect(
        response.adjustments.filter(({ field }) => field === "options.delivery"),
      ).toMatchObject([
        {
          kind: AdjustmentKind.DROPPED,
          requested: "url",
          applied: "",
          reason: `The media store did not take the file (${why}).`,
        },
      ]);
      expect(attemptLines(response.attempts)).toEqual(["FIRST gemini SUCCEEDED"]);
    },
  );
});

/** A server of buckets that answers, and takes nothing. */
async function brokenBucket(): Promise<string> {
  const problem = "<Error><Code>InternalError</Code><Message>It is down.</Message></Error>";
  const { url } = await startFakeUpstream(
    body(500, problem, { "content-type": "application/xml" }),
  );
  return url;
}

describe("a directory that cannot be used", () => {
  it("keeps the gateway from starting, with a line that says which", async () => {
    writeFileSync(join(folder, "file"), "in the way");
    const directory = join(folder, "file/media");
    await expect(startGateway(sandbox(`{ store: disk, directory: ${directory} }`))).rejects.toThrow(
      `cannot use media.directory ${directory}: ENOTDIR`,
    );
  });
});

describe("an image by address", () => {
  it("can be one that the gateway made before", async () => {
    const gateway = await startGateway(onDisk());
    const [image] = imagesOf(await gateway.generate(drawing));
    if (image?.content.case !== "url") throw new Error("It came as bytes.");
    expect(imagesOf(await gateway.generate(editing(image.content.value)))).toHaveLength(1);
  });

  it.each([
    ["http://169.254.169.254/latest/meta-data/", "leads to a network that is not allowed"],
    ["file:///etc/passwd", "is neither http nor https"],
  ])("is refused before any provider is asked: %s", async (url, reason) => {
    const gateway = await startGateway(onDisk());
    const error = await gateway.failure(editing(url));
    expect(error).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: `image_edit.images[0].url cannot be fetched: the address of the file ${reason}.`,
      reasons: ["INVALID_REQUEST"],
      fields: ["image_edit.images[0].url"],
      attempts: [],
    });
  });

  it("that is no image is refused, and what it is instead is not told", async () => {
    const gateway = await startGateway(onDisk());
    const error = await gateway.failure(editing(`${gateway.adminUrl}/metrics`));
    expect(error.message).toBe(
      "image_edit.images[0].url is not a PNG, JPEG, WebP, AVIF or GIF image.",
    );
  });

  it("on this machine is refused outside of the sandbox", async () => {
    const gateway = await startGateway(`
providers:
  openai: { keys: [key], base_url: "http://127.0.0.1:9" }
`);
    const error = await gateway.failure(
      editing(`${gateway.adminUrl}/metrics`, "openai/gpt-image-2"),
    );
    expect(error.reasons).toEqual(["INVALID_REQUEST"]);
    expect(error.message).toContain("leads to a network that is not allowed");
  });
});

describe("a mask", () => {
  it("is taken in any polarity, and the response tells of its conversion", async () => {
    const gateway = await startGateway(onDisk());
    const white = { width: 64, height: 64, channels: 3, background: "white" } as const;
    const mask = await sharp({ create: white }).png().toBuffer();
    const response = await gateway.generate({
      model: "edited",
      task: {
        case: "imageEdit",
        value: {
          prompt: "bluer",
          images: [{ source: { case: "data", value: png } }],
          mask: { source: { case: "data", value: mask } },
          maskPolarity: MaskPolarity.WHITE_IS_EDITED,
        },
      },
    });
    expect(imagesOf(response)).toHaveLength(1);
    expect(response.adjustments).toMatchObject([
      { field: "mask_polarity", kind: AdjustmentKind.EMULATED, applied: "transparent_is_edited" },
    ]);
  });
});
