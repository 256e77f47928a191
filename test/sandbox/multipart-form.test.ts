import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FormPart, parseForm } from "../../src/sandbox/multipart-form.ts";

const type = 'multipart/form-data; boundary="b0undary"';

function form(...lines: readonly string[]): Buffer {
  return Buffer.from(lines.join("\r\n"), "latin1");
}

function shown(parts: readonly FormPart[] | undefined): unknown {
  return parts?.map(({ bytes, ...part }) => ({ ...part, text: bytes.toString("latin1") }));
}

const field = ['content-disposition: form-data; name="n"', "", "2"];

describe("a form", () => {
  it("has fields and files, with their names and types", () => {
    const body = form(
      "--b0undary",
      ...field,
      "--b0undary",
      'Content-Disposition: form-data; name="image[]"; filename="a.png"',
      "Content-Type: Image/PNG",
      "",
      "\x00\r\n\r\n--b0",
      "--b0undary--",
      "",
    );
    expect(shown(parseForm(body, type))).toEqual([
      { name: "n", filename: undefined, contentType: undefined, text: "2" },
      {
        name: "image[]",
        filename: "a.png",
        contentType: "image/png",
        text: "\x00\r\n\r\n--b0",
      },
    ]);
  });

  it.each([
    ["a type that is no form", "application/json", form("--b0undary--")],
    ["no boundary in the type", "multipart/form-data", form("--b0undary--")],
    ["another boundary", "multipart/form-data; boundary=other", form("--b0undary--")],
    ["no end", type, form("--b0undary", ...field, "--b0undary")],
    ["no line between head and content", type, form("--b0undary", "x", "--b0undary--")],
    [
      "line feeds alone",
      type,
      Buffer.from(
        form("--b0undary", ...field, "--b0undary--")
          .toString()
          .replaceAll("\r\n", "\n"),
      ),
    ],
    [
      "a part without a name",
      type,
      form("--b0undary", "content-disposition: form-data", "", "2", "--b0undary--"),
    ],
    [
      "a part that is an attachment",
      type,
      form("--b0undary", 'content-disposition: attachment; name="n"', "", "2", "--b0undary--"),
    ],
    ["text after a boundary", type, form("--b0undary junk", ...field, "--b0undary--")],
    ["nothing", type, Buffer.alloc(0)],
  ])("is not there with %s", (_what, contentType, body) => {
    expect(parseForm(body, contentType)).toBeUndefined();
  });

  it("is read as it was written by an encoder that is not ours", async () => {
    const part = fc.record({
      name: fc.constantFrom("image", "image[]", "prompt"),
      bytes: fc.uint8Array({ maxLength: 40 }),
      isFile: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 4 }), async (parts) => {
        const data = new FormData();
        for (const { name, bytes, isFile } of parts) {
          if (isFile) data.append(name, new File([bytes], "a.png", { type: "image/png" }));
          else data.append(name, Buffer.from(bytes).toString("hex"));
        }
        const encoded = new Response(data);
        const body = Buffer.from(await encoded.clone().arrayBuffer());
        const read = parseForm(body, encoded.headers.get("content-type") ?? "");
        expect(read?.map(({ name, bytes }) => [name, bytes.toString("hex")])).toEqual(
          parts.map(({ name, bytes, isFile }) => [
            name,
            isFile
              ? Buffer.from(bytes).toString("hex")
              : Buffer.from(Buffer.from(bytes).toString("hex")).toString("hex"),
          ]),
        );
      }),
      { numRuns: 50 },
    );
  });

  it("that is damaged anywhere is read or refused, and nothing is thrown", () => {
    const whole = form(
      "--b0undary",
      ...field,
      "--b0undary",
      'content-disposition: form-data; name="image"; filename="a.png"',
      "content-type: image/png",
      "",
      "PNG",
      "--b0undary--",
    );
    expect(parseForm(whole, type)).toHaveLength(2);
    fc.assert(
      fc.property(
        fc.nat(whole.length),
        fc.nat(20),
        fc.uint8Array({ maxLength: 5 }),
        (at, cut, put) => {
          const damaged = Buffer.concat([whole.subarray(0, at), put, whole.subarray(at + cut)]);
          const read = parseForm(damaged, type);
          for (const part of read ?? []) expect(part.name).toBeTypeOf("string");
        },
      ),
    );
  });
});
