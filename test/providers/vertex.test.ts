import { describe, expect, it } from "vitest";
import type { ImageEditTask } from "../../src/domain/task.ts";
import type { EndpointSettings } from "../../src/providers/endpoint-settings.ts";
import { vertex } from "../../src/providers/vertex.ts";
import { chatTask, jsonBody, target, textToImageTask } from "./support.ts";

const settings: EndpointSettings = { project: "demo-1", location: "europe-west4" };

describe("where Vertex AI is", () => {
  it.each([
    [undefined, "https://aiplatform.googleapis.com/v1"],
    ["global", "https://aiplatform.googleapis.com/v1"],
    ["us-central1", "https://us-central1-aiplatform.googleapis.com/v1"],
    ["europe-west4", "https://europe-west4-aiplatform.googleapis.com/v1"],
    ["us", "https://aiplatform.us.rep.googleapis.com/v1"],
    ["eu", "https://aiplatform.eu.rep.googleapis.com/v1"],
  ])("for the location %s is %s", (location, expected) => {
    expect(vertex.baseUrlFor?.({ location })).toBe(expected);
  });

  it.each([
    ["gemini-3-pro-image", "publishers/google/models/gemini-3-pro-image"],
    ["models/gemini-3-pro-image", "publishers/google/models/gemini-3-pro-image"],
    ["publishers/google/models/gemini-3-pro-image", "publishers/google/models/gemini-3-pro-image"],
    ["endpoints/123", "endpoints/123"],
    ["endpoints/1/../2", "endpoints/1%2F..%2F2"],
    ["../../x?y=1", "publishers/google/models/..%2F..%2Fx%3Fy%3D1"],
  ])("the path of %s leads nowhere else", (upstreamModel, path) => {
    const call = vertex.operations.chat?.request(chatTask(), target(upstreamModel, { settings }));
    expect(call?.path).toBe(`/projects/demo-1/locations/europe-west4/${path}:generateContent`);
  });

  it("is the place for everybody when no location is set", () => {
    const place = target("gemini-3.8-flash", { settings: { project: "demo-1" } });
    const call = vertex.operations.chat?.stream?.request(chatTask(), place);
    expect(call?.path).toBe(
      "/projects/demo-1/locations/global/publishers/google/models/gemini-3.8-flash:streamGenerateContent?alt=sse",
    );
  });
});

describe("an image of Vertex AI's", () => {
  it.each([
    [{ format: "png" }, { mimeType: "image/png" }],
    [{ format: "jpeg" }, { mimeType: "image/jpeg" }],
    [
      { format: "jpeg", compression: 0 },
      { mimeType: "image/jpeg", compressionQuality: 0 },
    ],
  ] as const)("of %j is asked for as %j", (options, imageOutputOptions) => {
    const call = vertex.operations.text_to_image?.request(
      textToImageTask(options),
      target("gemini-3-pro-image", { settings }),
    );
    expect(jsonBody(call)["generationConfig"]).toEqual({
      responseModalities: ["IMAGE"],
      imageConfig: { imageOutputOptions },
    });
  });

  it("can be made as PNG or JPEG, and pressed as JPEG", () => {
    for (const operation of ["text_to_image", "image_edit"] as const) {
      expect(vertex.operations[operation]?.capabilities("gemini-3-pro-image", {})).toMatchObject({
        formats: ["png", "jpeg"],
        compressibleFormats: ["jpeg"],
        maxCountPerCall: 1,
      });
    }
  });

  it("cannot be masked nor enlarged: the models for that are gone", () => {
    const edit = vertex.operations.image_edit?.capabilities("imagen-3.0-capability-001", {});
    expect(edit?.mask).toBeUndefined();
    expect(vertex.operations.image_upscale).toBeUndefined();
  });

  it("is made of images in their order, then of words", () => {
    const bytes = new Uint8Array([0xff, 0xd8]);
    const task: ImageEditTask = {
      operation: "image_edit",
      prompt: "Add a hat",
      images: [{ kind: "bytes", bytes, mimeType: "image/jpeg" }],
      maskPolarity: "transparent_is_edited",
      options: { count: 1 },
    };
    const call = vertex.operations.image_edit?.request(
      task,
      target("gemini-3-pro-image", { settings }),
    );
    const parts = [{ inlineData: { mimeType: "image/jpeg", data: bytes } }, { text: "Add a hat" }];
    expect(call?.body).toMatchObject({ value: { contents: [{ role: "user", parts }] } });
  });
});

describe("the labels of a call to Vertex AI", () => {
  it("are those of the request that Google Cloud takes", () => {
    const labels = {
      team: "blue",
      "cost-centre_2": "",
      Team: "upper case",
      "sandbox.fault": "vertex=empty",
      owner: "Ann Lee",
      long: "x".repeat(64),
      "1st": "digit",
    };
    expect(labelsOf(labels)).toEqual({ team: "blue", "cost-centre_2": "" });
  });

  it("are left out when there are none", () => {
    expect(labelsOf({})).toBeUndefined();
    expect(labelsOf(undefined)).toBeUndefined();
    expect(labelsOf({ "sandbox.fault": "vertex=empty" })).toBeUndefined();
  });

  it("are 64 at the most", () => {
    const many = Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`l${index}`, ""]));
    expect(Object.keys(labelsOf(many) ?? {})).toHaveLength(64);
  });
});

function labelsOf(labels: Readonly<Record<string, string>> | undefined) {
  const place = target("gemini-3.8-flash", { settings, labels });
  return jsonBody(vertex.operations.chat?.request(chatTask(), place))["labels"];
}
