import { describe, expect, it } from "vitest";
import { alibabaModels } from "../../../src/catalog/alibaba-models.ts";
import {
  alibabaCapabilities,
  alibabaModel,
} from "../../../src/providers/dialects/alibaba-models.ts";
import { chooseFreeSize } from "../../../src/router/choose-free-size.ts";

describe("the dialect of a model", () => {
  it.each([
    ["qwen-image-3.0", "messages_task"],
    ["qwen-image-3.0-pro", "messages_task"],
    ["qwen-image-2.0", "messages"],
    ["qwen-image", "messages"],
    ["qwen-image-plus-2026-01-09", "messages"],
    ["qwen-image-edit-max", "messages"],
    ["z-image-turbo", "messages"],
    ["wan2.7-image-pro", "messages_task"],
    ["wan2.6-t2i", "messages_task"],
    ["wan2.5-t2i-preview", "prompt_task"],
    ["wan2.5-i2i-preview", "prompt_task"],
    ["wan2.2-t2i-flash", "prompt_task"],
    ["wanx2.1-imageedit", "function_task"],
    ["wan9.9-image", "messages_task"],
    ["somebody/thing", "messages"],
  ])("%s is %s", (name, dialect) => {
    expect(alibabaModel(name).dialect).toBe(dialect);
  });

  it("is not that of a model whose name it only begins with", () => {
    expect(alibabaModel("qwen-image-4.0")).not.toBe(alibabaModel("qwen-image"));
    expect(alibabaModel("qwen-image-2.0-2026-03-03")).toBe(alibabaModel("qwen-image-2.0"));
    expect(alibabaModel("qwen-image-2.0-latest")).toBe(alibabaModel("qwen-image-2.0"));
  });

  it("is known of every image model that the catalogue offers", () => {
    for (const { offers } of alibabaModels) {
      for (const { provider, upstreamModel, operations } of offers) {
        if (provider !== "alibaba" || operations.includes("chat")) continue;
        const { names, maxInputImages } = alibabaModel(upstreamModel);
        expect(names).toContain(upstreamModel);
        expect(maxInputImages > 0).toBe(operations.includes("image_edit"));
      }
    }
  });
});

describe("what a model can be asked", () => {
  it("is more pixels from words than for an edit, at wan2.7-image-pro", () => {
    const wanted = { width: 4096, height: 4096 };
    const sizes = (["text_to_image", "image_edit"] as const).map((operation) => {
      const { size } = alibabaCapabilities("wan2.7-image-pro", operation);
      if (size?.kind !== "free") throw new Error("no free size");
      return chooseFreeSize(wanted, size).width;
    });
    expect(sizes).toEqual([4096, 2048]);
  });

  it.each([
    ["qwen-image-3.0", { width: 2048, height: 2048 }, { width: 2048, height: 2048 }],
    ["qwen-image-3.0", { width: 256, height: 256 }, { width: 512, height: 512 }],
    ["qwen-image-2.0", { width: 1920, height: 1080 }, { width: 1920, height: 1080 }],
    ["wan2.6-t2i", { width: 1024, height: 1024 }, { width: 1280, height: 1280 }],
    ["wan2.5-t2i-preview", { width: 4000, height: 400 }, { width: 2528, height: 632 }],
    ["wan2.2-t2i-plus", { width: 1440, height: 512 }, { width: 1440, height: 512 }],
  ])("of %s at %j is %j", (name, wanted, expected) => {
    const { size } = alibabaCapabilities(name, "text_to_image");
    if (size?.kind !== "free") throw new Error("no free size");
    expect(chooseFreeSize(wanted, size)).toEqual(expected);
  });

  it("is a mask at the one model that has masks, and none at the others", () => {
    expect(alibabaCapabilities("wanx2.1-imageedit", "image_edit").mask).toBe("white_is_edited");
    expect(alibabaCapabilities("qwen-image-3.0", "image_edit").mask).toBeUndefined();
  });

  it("is one image where the number cannot be said", () => {
    expect(alibabaCapabilities("z-image-turbo", "text_to_image").maxCountPerCall).toBe(1);
    expect(alibabaCapabilities("qwen-image-3.0", "text_to_image").maxCountPerCall).toBe(6);
  });
});
