import { RunwareServer } from "@runware/sdk-js";
import { describe, expect, it } from "vitest";
import { type OpenSandbox, openSandbox } from "../sandbox/open-sandbox.ts";
import { openRunwareBridge } from "./runware-bridge.ts";
import { pixel } from "./tasks.ts";

/** The official `@runware/sdk-js` works against the sandbox, over a bridge from WebSocket to REST. */
describe("npm @runware/sdk-js, against the sandbox", () => {
  const asked = {
    positivePrompt: "a paper boat",
    model: "runware:101@1",
    width: 512,
    height: 384,
    numberResults: 2,
    outputType: "URL",
    outputFormat: "PNG",
    includeCost: true,
  } as const;

  it("draws, with a link and a price for each image", async () => {
    await using open = await openSandbox();
    const images = await run(open, (client) => client.requestImages(asked));
    expect(images).toHaveLength(2);
    for (const image of images ?? []) {
      expect(image).toMatchObject({ taskType: "imageInference", cost: 0.0038 });
      const file = await fetch(image.imageURL ?? "");
      expect(file.headers.get("content-type")).toBe("image/png");
    }
    expect(open.sandbox.submissions()["runware"]).toBe(1);
  });

  it("draws as a job that it asks for", async () => {
    await using open = await openSandbox();
    const images = await run(open, async (client) => {
      const job = { ...asked, model: "bfl:5@1", deliveryMethod: "async" };
      const [placeholder] = (await client.requestImages(job)) ?? [];
      expect(placeholder).not.toHaveProperty("imageURL");
      const taskUUID = placeholder?.taskUUID ?? "";
      const [running] = await client.getResponse<{ status: string }>({ taskUUID });
      expect(running?.status).toBe("processing");
      return client.getResponse<{ status: string; imageURL: string }>({ taskUUID });
    });
    expect(images).toMatchObject([{ status: "success" }, { status: "success" }]);
    expect(images[0]?.imageURL).toMatch(/\.png$/);
  });

  it("edits by the older names of its inputs and by the newer ones", async () => {
    await using open = await openSandbox();
    const image = `data:image/png;base64,${pixel.toString("base64")}`;
    const older = await run(open, (client) =>
      client.requestImages({ ...asked, seedImage: image, maskImage: image }),
    );
    const newer = await run(open, (client) =>
      client.requestImages({ ...asked, inputs: { seedImage: image, maskImage: image } }),
    );
    expect([older, newer]).toMatchObject([
      [{}, {}],
      [{}, {}],
    ]);
  });

  it("enlarges", async () => {
    await using open = await openSandbox();
    const image = pixel.toString("base64");
    const { imageUUID } = await run(open, (client) =>
      client.upscale({ model: "runware:503@1", inputs: { image }, upscaleFactor: 4 }),
    );
    expect(imageUUID).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("throws what the provider says", async () => {
    await using open = await openSandbox();
    const failing = run(open, (client) => client.requestImages({ ...asked, width: 1000 }));
    await expect(failing).rejects.toMatchObject({
      error: { code: "invalidInteger", parameter: "width" },
    });
  });
});

/** Does something with a client that is connected to the sandbox. */
async function run<T>(
  { sandbox }: OpenSandbox,
  work: (client: InstanceType<typeof RunwareServer>) => Promise<T>,
): Promise<T> {
  await using bridge = await openRunwareBridge(sandbox.baseUrls["runware"] ?? "");
  const client = new RunwareServer({ apiKey: "rw-test", url: bridge.url, globalMaxRetries: 1 });
  try {
    return await work(client);
  } finally {
    await client.disconnect();
  }
}
