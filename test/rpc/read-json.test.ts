import { fromJsonString } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type GenerateRequest, GenerateRequestSchema } from "../../gen/spillway/v1/generate_pb.ts";
import { readJson } from "../../src/rpc/read-json.ts";

const bytes = Buffer.from(Array.from({ length: 30_000 }, (_, index) => (index * 7919) >> 3));
const base64 = bytes.toString("base64");
const url64 = bytes.toString("base64url");

const edit = (data: string, prompt = "p", rest = "") =>
  `{"model":"m","imageEdit":{"prompt":"${prompt}","images":[{"data":"${data}"}${rest}]}}`;

const documents: readonly (readonly [string, string])[] = [
  ["an image", edit(base64)],
  ["an image with one sign of padding", edit(bytes.subarray(1).toString("base64"))],
  ["an image with two", edit(bytes.subarray(2).toString("base64"))],
  ["an image without its padding", edit(bytes.subarray(2).toString("base64").replace(/=+/, ""))],
  ["an image in the alphabet for URLs", edit(url64)],
  ["several images", edit(base64, "p", `,{"data":"${url64}"},{"data":"AAAA"}`)],
  ["an image whose prompt has quotes", edit(base64, 'a \\"b\\\\\\" c\\\\')],
  ["a prompt of letters alone", edit("AAAA", "boat".repeat(9000))],
  ["a prompt of letters alone beside an image", edit(base64, "boat".repeat(9000))],
  ["an image twice", `{"model":"m","imageEdit":{"images":[{"data":"${base64}","data":"AAAA"}]}}`],
  ["a link as long", edit("").replace('"data":""', `"url":"http://x/${base64}"`)],
  ["an image with spaces", edit(`${base64.slice(0, 100)} ${base64.slice(100)}`)],
  ["an image with line breaks", edit(`${base64.slice(0, 100)}\\n${base64.slice(100)}`)],
  ["an image with line breaks that are no JSON", edit(`${base64.slice(0, 100)}\n${base64}`)],
  ["an image with escapes", edit(base64.replaceAll("/", "\\/"))],
  ["an image with padding inside", edit(`${base64.slice(0, 100)}QQ==${base64}`)],
  ["an image with too much padding", edit(`${base64}====`)],
  ["an image that is cut in a group", edit(base64.slice(0, -3))],
  ["an image that is none", edit(`${base64}!!!!`)],
  ["an image of letters that are no ASCII", edit(`${base64}éééé`)],
  ["an image in an unknown field", `{"model":"m","bogus":"${base64}"}`],
  ["an image in a field of a wrong type", `{"model":"m","labels":"${base64}"}`],
  ["an image as a model", `{"model":"${base64}"}`],
  ["an image as a key", `{"model":"m","labels":{"${base64}":"x"}}`],
  ["an image as a label", `{"model":"m","labels":{"x":"${base64}"}}`],
  ["an image that does not end", edit(base64).slice(0, -10)],
  ["an image outside of strings", `{"model":"m"${base64}"":"m"}`],
  ["a byte order mark", `\ufeff${edit(base64)}`],
  ["nothing but an image", `"${base64}"`],
];

/** The message or the error's text. */
function outcome(read: () => unknown) {
  try {
    return { message: read() };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

function theirs(json: Buffer) {
  return outcome(() => fromJsonString(GenerateRequestSchema, new TextDecoder().decode(json)));
}

function ours(json: Buffer) {
  return outcome(() => readJson(GenerateRequestSchema, json));
}

describe("reading JSON with images", () => {
  it.each(documents)("gives for %s what Protobuf-ES does", (_, text) => {
    const json = Buffer.from(text);
    expect(plain(ours(json))).toEqual(plain(theirs(json)));
  });

  it("leaves a large image, and no small one, to Node", () => {
    const json = Buffer.from(edit(base64, "p", ',{"data":"AAAA"}'));
    const { task } = readJson(GenerateRequestSchema, json) as GenerateRequest;
    const images = task.case === "imageEdit" ? task.value.images : [];
    expect(images.map(({ source }) => source.value instanceof Buffer)).toEqual([true, false]);
  });

  it("gives what Protobuf-ES does for any damage", () => {
    const whole = Buffer.from(edit(base64, "p", `,{"data":"${url64}"}`));
    const place = fc.oneof(
      fc.nat(whole.length - 1),
      fc.nat(60),
      fc.nat(60).map((fromEnd) => whole.length - 1 - fromEnd),
    );
    const signs = fc.constantFrom(...Buffer.from('"\\=+-_ \n{}[],:aA0'), 0, 0xff);
    fc.assert(
      fc.property(place, signs, (at, byte) => {
        const json = Buffer.from(whole);
        json[at] = byte;
        expect(plain(ours(json))).toEqual(plain(theirs(json)));
      }),
      { numRuns: 100 },
    );
  });
});

/** Bytes are the same whatever holds them. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, item) =>
      typeof item === "bigint"
        ? String(item)
        : item instanceof Uint8Array || item?.type === "Buffer"
          ? Buffer.from(item.data ?? item).toString("base64")
          : item,
    ),
  );
}
