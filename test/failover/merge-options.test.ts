import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/domain/json.ts";
import { mergeOptions } from "../../src/failover/merge-options.ts";
import type { HttpCall } from "../../src/providers/http-call.ts";

const call = (value: JsonObject): HttpCall => ({
  method: "POST",
  path: "/x",
  body: { kind: "json", value },
});

describe("merging provider options", () => {
  it("merges objects deep, and lets arrays and scalars of the caller replace what is there", () => {
    const merged = mergeOptions(
      call({ input: { prompt: "a", steps: 4, tags: ["x", "y"] }, stream: false }),
      { input: { steps: 8, tags: ["z"], extra: null }, stream: { include_usage: true } },
    );
    expect(merged.body).toEqual({
      kind: "json",
      value: {
        input: { prompt: "a", steps: 8, tags: ["z"], extra: null },
        stream: { include_usage: true },
      },
    });
  });

  it("changes neither the call nor the options", () => {
    const before = call({ input: { a: 1 } });
    const options = { input: { b: 2 } };
    mergeOptions(before, options);
    expect(before).toEqual(call({ input: { a: 1 } }));
    expect(options).toEqual({ input: { b: 2 } });
  });

  it("goes into each item where the body is a list", () => {
    const tasks = [{ steps: 4, inputs: { image: "a" } }, { steps: 4 }];
    const list: HttpCall = { method: "POST", path: "", body: { kind: "json", value: tasks } };
    expect(mergeOptions(list, { steps: 8, inputs: { mask: "b" } }).body).toEqual({
      kind: "json",
      value: [
        { steps: 8, inputs: { image: "a", mask: "b" } },
        { steps: 8, inputs: { mask: "b" } },
      ],
    });
  });

  it("leaves media as they are", () => {
    const image = new Uint8Array([1, 2, 3]);
    expect(mergeOptions(call({ image }), { other: 1 }).body).toEqual({
      kind: "json",
      value: { image, other: 1 },
    });
  });

  it("takes __proto__ for a key like any other", () => {
    const options = JSON.parse('{"__proto__": {"polluted": true}}') as JsonObject;
    const merged = mergeOptions(call({ a: 1 }), options);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(JSON.stringify(merged.body)).toBe(
      '{"kind":"json","value":{"a":1,"__proto__":{"polluted":true}}}',
    );
  });

  it("writes options into a form as fields that replace those of their name", () => {
    const file = {
      kind: "file" as const,
      name: "image[]",
      filename: "a.png",
      mimeType: "image/png",
      bytes: new Uint8Array(1),
    };
    const form: HttpCall = {
      method: "POST",
      path: "/edits",
      body: {
        kind: "multipart",
        parts: [{ kind: "field", name: "quality", value: "low" }, file],
      },
    };
    const svg = { model: "gpt-5.4", reasoning: { effort: "low" } };
    const options = { quality: "high", n: 2, svg, tags: ["a", 1], no: null };
    expect(mergeOptions(form, options).body).toEqual({
      kind: "multipart",
      parts: [
        file,
        { kind: "field", name: "quality", value: "high" },
        { kind: "field", name: "n", value: "2" },
        { kind: "field", name: "svg[model]", value: "gpt-5.4" },
        { kind: "field", name: "svg[reasoning][effort]", value: "low" },
        { kind: "field", name: "tags", value: '["a",1]' },
      ],
    });
  });

  it("leaves a call without options or without a body as it is", () => {
    const bare: HttpCall = { method: "GET", path: "/x" };
    expect(mergeOptions(bare, { a: 1 })).toBe(bare);
    const full = call({ a: 1 });
    expect(mergeOptions(full, undefined)).toBe(full);
  });
});
