import fastCheck from "fast-check";
import { describe, expect, it } from "vitest";
import { type SseEvent, SseParser } from "../../src/transport/sse-parser.ts";

type Event = readonly [name: string, data: string];

function parse(text: string | Buffer, cuts: readonly number[] = [], limit = 1 << 28): Event[] {
  const bytes = Buffer.from(text);
  const events: Event[] = [];
  const parser = new SseParser(({ name, data }) => events.push([name, textOf(data)]), limit);
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    parser.write(bytes.subarray(from, cut));
    from = cut;
  }
  parser.end();
  return events;
}

function textOf(data: SseEvent["data"]): string {
  return typeof data === "string" ? data : Buffer.concat(data).toString();
}

describe("the parser of server-sent events", () => {
  it.each(["\n", "\r\n", "\r"])("reads events whose lines end in %j", (end) => {
    const text = [
      ": hello",
      "event: first",
      "id: 7",
      "retry: 10",
      "data: one",
      "",
      "data:two",
      "data:  three",
      "data",
      "",
      ":",
      "",
      "event: no data",
      "",
      "data:",
      "",
      "data: [DONE]",
      "",
      "",
    ].join(end);
    const expected: Event[] = [
      ["first", "one"],
      ["", "two\n three\n"],
      ["", ""],
      ["", "[DONE]"],
    ];
    for (let cut = 0; cut <= text.length; cut++) expect(parse(text, [cut])).toEqual(expected);
  });

  it("reads the same whatever the chunks are, inside characters too", () => {
    const line = fastCheck.oneof(
      fastCheck.constantFrom("", "", ": ping", "event: a", "event:ü", "id: 1", "data"),
      fastCheck
        .string({ unit: "grapheme", maxLength: 20 })
        .map((text) => `data: ${text.replace(/[\r\n]/g, "")}`),
    );
    const text = fastCheck
      .array(fastCheck.tuple(line, fastCheck.constantFrom("\n", "\r\n", "\r")), { maxLength: 30 })
      .map((lines) => lines.flat().join(""));
    fastCheck.assert(
      fastCheck.property(
        text,
        fastCheck.array(fastCheck.nat(), { maxLength: 20 }),
        (body, cuts) => {
          const length = Buffer.byteLength(body);
          const places = cuts.map((cut) => cut % (length + 1)).sort((a, b) => a - b);
          expect(parse(body, places)).toEqual(parse(body));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("passes over a byte order mark, and only over the first", () => {
    for (let cut = 0; cut < 6; cut++) {
      expect(parse("\ufeffdata: a\n\ndata: \ufeffb\n\n", [cut])).toEqual([
        ["", "a"],
        ["", "\ufeffb"],
      ]);
    }
  });

  it("hands over an event that the end of the body cut short", () => {
    expect(parse("data: a\n\nevent: e\ndata: b")).toEqual([
      ["", "a"],
      ["e", "b"],
    ]);
  });

  it("hands over a long line as bytes, not copied, in the pieces that the chunks cut it into", () => {
    const text = "abcdefghijklmnopqrstuvwxyz".repeat(1000);
    const bytes = Buffer.from(`data: ${text}\r\n\r\ndata: next\n\n`);
    const found: SseEvent["data"][] = [];
    const parser = new SseParser(({ data }) => found.push(data), 100_000);
    parser.write(bytes.subarray(0, 20_000));
    parser.write(bytes.subarray(20_000));
    const [pieces, next] = found as [Buffer[], string];
    expect(pieces.map(String)).toEqual([text.slice(0, 19_994), text.slice(19_994)]);
    for (const piece of pieces) expect(piece.buffer).toBe(bytes.buffer);
    expect(next).toBe("next");
  });

  it("reads a long line as a short one, whatever stands around it", () => {
    const long = "x".repeat(40_000);
    const text = `\ufeffdata: ${long}\ndata: b\n\ndata: c\rdata:${long}\r\revent: ${long}\r\ndata\r\n\r\n: ${long}\n\n{"a":"${long}"}\n\n`;
    const expected: Event[] = [
      ["", `${long}\nb`],
      ["", `c\n${long}`],
      [long, ""],
      ["", `{"a":"${long}"}\n`],
    ];
    expect(parse(text)).toEqual(expected);
    for (const size of [1, 3, 19_997, 30_000, 65_536]) {
      const cuts = Array.from(
        { length: Math.floor(Buffer.byteLength(text) / size) },
        (_, n) => (n + 1) * size,
      );
      expect(parse(text, cuts)).toEqual(expected);
    }
  });

  // It takes a tenth of a second. In time that grows with the square of the length it would be minutes.
  it("reads a line of 48 MiB in time that grows with its length only", () => {
    const events: number[] = [];
    const parser = new SseParser(
      ({ data }) => events.push((data as Buffer[]).reduce((sum, piece) => sum + piece.length, 0)),
      64 * 1024 * 1024,
    );
    const chunk = Buffer.alloc(1024, "x");
    parser.write(Buffer.from("data: "));
    let accepted = 0;
    for (let turn = 0; turn < 48 * 1024; turn++) if (parser.write(chunk)) accepted++;
    expect(accepted).toBe(48 * 1024);
    parser.write(Buffer.from("\n\n"));
    expect(events).toEqual([48 * 1024 * 1024]);
  }, 20_000);

  it("says when an event is larger than allowed, be it one line, many, or no event at all", () => {
    for (const piece of ["x".repeat(100), `data: ${"x".repeat(94)}\n`, `: ${"x".repeat(98)}\n`]) {
      const parser = new SseParser(() => {}, 1000);
      parser.write(Buffer.from("data: "));
      const accepted = Array.from({ length: 20 }, () => parser.write(Buffer.from(piece)));
      expect(accepted.indexOf(false)).toBe(9);
    }
    const parser = new SseParser(() => {}, 1000);
    for (let turn = 0; turn < 100; turn++) {
      expect(parser.write(Buffer.from(`data: ${"x".repeat(93)}\n\n`))).toBe(true);
    }
  });

  it.each([
    ['{\n  "error": {\n    "code": 503,\n    "status": "UNAVAILABLE"\n  }\n}'],
    ['[{\n  "error": {\n    "code": 503\n  }\n}\n]\n'],
    ['{"error":{"message":"bare"}}\n'],
  ])("hands over a bare JSON document as an event without a name: %#", (document) => {
    for (const text of [document, document.replaceAll("\n", "\r\n")]) {
      const events = parse(`data: a\n\n${text}`);
      expect(events[0]).toEqual(["", "a"]);
      expect(events[1]?.[0]).toBe("");
      expect(JSON.parse(events[1]?.[1] ?? "")).toEqual(JSON.parse(document));
      expect(events.length).toBe(2);
    }
  });

  it("hands over a bare document before what follows it", () => {
    expect(parse('{"error":1}\n\ndata: a\n\n')).toEqual([
      ["", '{"error":1}\n'],
      ["", "a"],
    ]);
  });

  it("passes over lines that are nothing at all", () => {
    expect(parse("dat: a\ndatax: b\nDATA: c\nhello\n{ not json }\n\ndata: d\n\n")).toEqual([
      ["", "d"],
    ]);
  });
});
