import fastCheck from "fast-check";
import { describe, expect, it } from "vitest";
import { DataUrlBytes } from "../../src/domain/data-url-bytes.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { encodeJsonBody } from "../../src/transport/json-body.ts";

describe("a JSON body", () => {
  it("has base64 where bytes were, and is otherwise what JSON.stringify makes", () => {
    const leaf = fastCheck.oneof(
      fastCheck.jsonValue(),
      fastCheck.uint8Array({ maxLength: 40 }),
      fastCheck.constant(undefined),
    );
    const document = fastCheck.dictionary(
      fastCheck.string({ unit: "grapheme" }),
      fastCheck.oneof(
        leaf,
        fastCheck.dictionary(fastCheck.string(), leaf),
        fastCheck.array(fastCheck.oneof(fastCheck.jsonValue(), fastCheck.uint8Array())),
      ),
      { noNullPrototype: true },
    );
    fastCheck.assert(
      fastCheck.property(document, (value) => {
        const expected = JSON.stringify(value, (_, item: unknown) =>
          item instanceof Uint8Array ? Buffer.from(item).toString("base64") : item,
        );
        expect(encodeJsonBody(value as JsonObject).toString()).toBe(expected);
      }),
    );
  });

  it.each([0, 1, 2, 3, 100_000])("has a data URL of %i bytes where one is meant", (size) => {
    const whole = Buffer.alloc(size + 20, "spillway");
    const image = new DataUrlBytes(whole.subarray(7, 7 + size), 'image/"odd"');
    const url = `data:image/"odd";base64,${whole.toString("base64", 7, 7 + size)}`;
    const body = encodeJsonBody({ input: { images: [image, image], mask: image } });
    expect(JSON.parse(body.toString())).toEqual({ input: { images: [url, url], mask: url } });
  });

  it.each([0, 1, 2, 3, 48 * 1024 - 1, 48 * 1024, 48 * 1024 + 1, 1_000_000])(
    "holds an image of %i bytes whole, also when it is a part of a larger buffer",
    (size) => {
      const whole = Buffer.alloc(size + 20, "spillway");
      const image = whole.subarray(7, 7 + size);
      expect(JSON.parse(encodeJsonBody({ image: new Uint8Array(image) }).toString())).toEqual({
        image: image.toString("base64"),
      });
      expect(JSON.parse(encodeJsonBody({ images: [image, "ü"] }).toString())).toEqual({
        images: [image.toString("base64"), "ü"],
      });
    },
  );
});
