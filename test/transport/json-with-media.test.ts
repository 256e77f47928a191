import fastCheck from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../src/domain/json.ts";
import { createMediaJsonParser, parseJsonWithMedia } from "../../src/transport/json-with-media.ts";

const openAi = ["data[].b64_json"];
const gemini = ["candidates[].content.parts[].inlineData.data"];
const openRouter = ["choices[].message.images[].image_url.url"];

function parse(document: string | Buffer, paths: readonly string[], cuts: readonly number[] = []) {
  const bytes = Buffer.from(document);
  const parser = createMediaJsonParser(paths);
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    parser.write(bytes.subarray(from, cut));
    from = cut;
  }
  return parser.end();
}

/** What the parser has to find, worked out the slow way for plain paths of one image each. */
function bytesAt(value: JsonValue, ...path: (string | number)[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>(
    (place, step) => (place as Record<string | number, JsonValue> | undefined)?.[step],
    value,
  );
}

const picture = Buffer.from(Array.from({ length: 257 }, (_, index) => (index * 37) & 0xff));
const base64 = picture.toString("base64");

describe("JSON with media", () => {
  it("puts bytes where base64 stood and leaves the rest as JSON.parse has it", () => {
    const document = { created: 1, data: [{ b64_json: base64, revised_prompt: 'a "q" \\ ü' }] };
    expect(parse(JSON.stringify(document), openAi)).toEqual({
      created: 1,
      data: [{ b64_json: picture, revised_prompt: 'a "q" \\ ü' }],
    });
  });

  it("reads every image of several, each with its own bytes", () => {
    const images = [0, 1, 2, 3, 31, 32, 33, 100, 5000].map((size) => Buffer.alloc(size, size));
    const document = { data: images.map((bytes) => ({ b64_json: bytes.toString("base64") })) };
    const value = parse(JSON.stringify(document), openAi);
    expect(bytesAt(value, "data", 0, "b64_json")).toBe("");
    for (let index = 1; index < images.length; index++) {
      expect(bytesAt(value, "data", index, "b64_json")).toEqual(images[index]);
    }
  });

  it("gives the same for every place at which the body can be cut in two", () => {
    const document = JSON.stringify(
      {
        candidates: [
          {
            content: { parts: [{ text: 'ü\n"' }, { inlineData: { data: base64, mimeType: "é" } }] },
          },
        ],
        "k\u0000ey": "\\",
      },
      null,
      1,
    ).replace(`"${base64}"`, `"${base64.replaceAll("/", "\\/").replaceAll("+", "\\u002b")}"`);
    const whole = parse(document, gemini);
    expect(bytesAt(whole, "candidates", 0, "content", "parts", 1, "inlineData", "data")).toEqual(
      picture,
    );
    for (let cut = 0; cut <= Buffer.byteLength(document); cut++) {
      expect(parse(document, gemini, [cut])).toEqual(whole);
    }
  });

  it("decodes the base64 of a data URL, and of one whose head is cut anywhere", () => {
    const url = `data:image/png;base64,${base64}`;
    const document = JSON.stringify({
      choices: [{ message: { images: [{ image_url: { url } }] } }],
    });
    for (let cut = 0; cut < 100; cut++) {
      const value = parse(document, openRouter, [cut, cut + 1]);
      expect(bytesAt(value, "choices", 0, "message", "images", 0, "image_url", "url")).toEqual(
        picture,
      );
    }
  });

  it.each([
    ["https://example.com/image.png?signature=a%2Fb"],
    ["http:"],
    ["dat:"],
    ["data:"],
    ["data:image/svg+xml,%3Csvg%3E"],
    [`data:text/plain,${"x".repeat(100_000)}`],
    [`https://example.com/${"a".repeat(100_000)}`],
    ["A"],
    ["AAAAA"],
    ["===="],
    ["AA=A"],
    ["AAAA*AAA"],
    ["häuser"],
    ["3"],
    [""],
  ])("leaves a string that is no base64 as it is: %#", (text) => {
    const document = JSON.stringify({ data: [{ b64_json: text }, { b64_json: base64 }] });
    for (const cut of [15, 20, 22, 30, 31]) {
      const value = parse(document, openAi, [cut, Math.min(document.length, cut + 5)]);
      expect(bytesAt(value, "data", 0, "b64_json")).toBe(text);
      expect(bytesAt(value, "data", 1, "b64_json")).toEqual(picture);
      expect(parseJsonWithMedia([Buffer.from(document)], openAi)).toEqual(value);
    }
  });

  it("reads a small document and a large one to the same result", () => {
    const url = `data:image/png;BASE64,${base64}`;
    const images = [url, `${base64}\n`, "data:,a", "https://a.example", null];
    for (const count of [1, 100]) {
      const data = Array.from({ length: count }, () => images).flat();
      const document = Buffer.from(
        `\ufeff${JSON.stringify({ data: data.map((b64_json) => ({ b64_json })) })}`,
      );
      const chunks = [document.subarray(0, 9), document.subarray(9)];
      const decoded = [picture, picture, "data:,a", "https://a.example", null];
      expect(parseJsonWithMedia(chunks, openAi)).toEqual({
        data: Array.from({ length: count }, () => decoded)
          .flat()
          .map((b64_json) => ({ b64_json })),
      });
    }
  });

  it("accepts line breaks, the other alphabet, and no padding", () => {
    const lines = (base64.match(/.{1,76}/g) ?? []).join("\r\n");
    const urlSafe = picture.toString("base64url");
    const raw = `{"data":[{"b64_json":${JSON.stringify(lines)}},{"b64_json":"${urlSafe}"}]}`;
    const value = parse(raw, openAi);
    expect(bytesAt(value, "data", 0, "b64_json")).toEqual(picture);
    expect(bytesAt(value, "data", 1, "b64_json")).toEqual(picture);
  });

  it.each([[null], [5], [true], [{ a: "QUJD" }], [["QUJD"]]])(
    "leaves a value that is no string as it is: %j",
    (other) => {
      expect(parse(JSON.stringify({ data: [{ b64_json: other }] }), openAi)).toEqual({
        data: [{ b64_json: other }],
      });
    },
  );

  it("looks for media at their path only, whatever other places are called", () => {
    const document = {
      b64_json: "QUJD",
      data: [{ b64_json: "QUJD", nested: { b64_json: "QUJD", data: [{ b64_json: "QUJD" }] } }],
      nested: { data: [{ b64_json: "QUJD" }] },
      "data[].b64_json": "QUJD",
    };
    expect(parse(JSON.stringify(document), openAi)).toEqual({
      ...document,
      data: [{ ...document.data[0], b64_json: Buffer.from("ABC") }],
    });
  });

  it("finds a key that is written with escapes, and takes the last of two with one name", () => {
    expect(parse('{"d\\u0061ta":[{"b64_\\u006ason":"QUJD"}]}', openAi)).toEqual({
      data: [{ b64_json: Buffer.from("ABC") }],
    });
    expect(parse('{"data":[{"b64_json":"QUJD","b64_json":"REVG"}],"data":[]}', openAi)).toEqual({
      data: [],
    });
    expect(parse('{"data":[{"b64_json":"QUJD","b64_json":"REVG"}]}', openAi)).toEqual({
      data: [{ b64_json: Buffer.from("DEF") }],
    });
  });

  it("knows paths into arrays of strings, and into an array at the top", () => {
    expect(parse('{"output":["QUJD","https://a.example/b.png"]}', ["output[]"])).toEqual({
      output: [Buffer.from("ABC"), "https://a.example/b.png"],
    });
    expect(parse('[{"image":"QUJD"},[],7]', ["[].image"])).toEqual([
      { image: Buffer.from("ABC") },
      [],
      7,
    ]);
    expect(parse('{"output":"QUJD"}', ["output[]", "output"])).toEqual({
      output: Buffer.from("ABC"),
    });
  });

  it("passes over a byte order mark and white space", () => {
    expect(parse('\ufeff \n{ "data" : [ { "b64_json" : "QUJD" } ] } \n', openAi)).toEqual({
      data: [{ b64_json: Buffer.from("ABC") }],
    });
  });

  it.each([
    ['{"data":[{"b64_json":"QUJD'],
    ['{"data":[{"b64_json":"QUJD"}'],
    ['{"data":[{"b64_json":"QU\\JD"}]}'],
    ["<html>"],
    [""],
    ['{"data":[{"b64_json":"QUJD"}]} x'],
  ])("throws at a document that is not whole or no JSON: %j", (document) => {
    expect(() => parse(document, openAi)).toThrow(SyntaxError);
  });

  it.each([
    ["a bad character near its end", `${"QUJD".repeat(50_000)}*`],
    ["a bad escape", `${"QUJD".repeat(50_000)}\u2028AAA`],
    ["the length of no base64", `${"QUJD".repeat(50_000)}Q`],
  ])("keeps nothing of a long medium that has %s", (_, long) => {
    const cuts = Array.from({ length: 10 }, (_, index) => (index + 1) * 10_000);
    const value = parse(JSON.stringify({ data: [{ b64_json: long }, 1] }), openAi, cuts);
    expect(bytesAt(value, "data", 0, "b64_json")).toBe("");
    expect(bytesAt(value, "data", 1)).toBe(1);
  });

  it("decodes into one allocation when the length is known, with the same result", () => {
    const document = Buffer.from(
      JSON.stringify({ data: [{ b64_json: base64 }, { b64_json: base64 }] }),
    );
    const parser = createMediaJsonParser(openAi, document.length);
    parser.write(document);
    const value = parser.end();
    const [first, second] = [0, 1].map((index) => bytesAt(value, "data", index, "b64_json"));
    expect(first).toEqual(picture);
    expect(second).toEqual(picture);
    expect((first as Uint8Array).buffer).toBe((second as Uint8Array).buffer);
  });

  it("agrees with JSON.parse and Buffer.from for any document and any chunks", () => {
    const medium = fastCheck.oneof(
      fastCheck.uint8Array({ maxLength: 300 }),
      fastCheck.string({ unit: "binary" }),
      fastCheck.constantFrom(null, 12, "https://example.com/a", [], {}),
    );
    const document = fastCheck.record({
      before: fastCheck.jsonValue(),
      data: fastCheck.array(
        fastCheck.record(
          { b64_json: medium, other: fastCheck.jsonValue(), 'b64_json"': fastCheck.string() },
          { requiredKeys: [] },
        ),
      ),
      after: fastCheck.jsonValue(),
    });
    fastCheck.assert(
      fastCheck.property(
        document,
        fastCheck.array(fastCheck.nat(), { maxLength: 12 }),
        fastCheck.boolean(),
        fastCheck.constantFrom<BufferEncoding>("base64", "base64url"),
        (value, cuts, pretty, encoding) => {
          const text = JSON.stringify(
            value,
            (_, item: unknown) =>
              item instanceof Uint8Array ? Buffer.from(item).toString(encoding) : item,
            pretty ? 2 : undefined,
          );
          const length = Buffer.byteLength(text);
          const places = cuts.map((cut) => cut % (length + 1)).sort((a, b) => a - b);
          const expected = decodedTheSlowWay(text);
          expect(parse(text, openAi, places)).toEqual(expected);
          expect(parseJsonWithMedia([Buffer.from(text)], openAi)).toEqual(expected);
        },
      ),
      { numRuns: 500 },
    );
  });
});

function decodedTheSlowWay(text: string): JsonValue {
  const value = JSON.parse(text) as { data: Record<string, unknown>[] };
  for (const item of value.data) {
    const medium = item["b64_json"];
    if (typeof medium !== "string" || !isBase64(medium)) continue;
    item["b64_json"] = Buffer.from(medium, "base64");
  }
  return value as unknown as JsonValue;
}

function isBase64(text: string): boolean {
  const digits = text.replace(/[ \t\r\n]/g, "");
  const [, body = "", padding = ""] = /^([A-Za-z0-9+/_-]*)(=*)$/.exec(digits) ?? [];
  if (body === "" || body.length % 4 === 1) return false;
  return padding.length === 0 || padding.length <= (4 - (body.length % 4)) % 4;
}
