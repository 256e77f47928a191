import { describe, expect, it } from "vitest";
import { exampleOfSchema } from "../../src/sandbox/example-of-schema.ts";

describe("exampleOfSchema", () => {
  it.each([
    [{ type: "string" }, "sandbox"],
    [{ type: "string", minLength: 9 }, "sandbox--"],
    [{ type: "INTEGER", minimum: 5 }, 5],
    [{ type: "boolean" }, true],
    [{ type: ["null", "string"] }, null],
    [{ enum: ["red", "green"] }, "red"],
    [{ const: 7 }, 7],
    [{ anyOf: [{ type: "number" }, { type: "string" }] }, 1],
    [{ type: "array", items: { type: "number" }, minItems: 2 }, [1, 1]],
    [
      { properties: { a: { type: "string" }, b: { type: "array" } } },
      { a: "sandbox", b: ["sandbox"] },
    ],
    [{ $ref: "#/$defs/x", $defs: { x: { const: "found" } } }, "found"],
    [{ type: "array", minItems: 1e9, items: { type: "null" } }, Array(16).fill(null)],
  ])("makes an example of %j", (schema, example) => {
    expect(exampleOfSchema(schema)).toEqual(example);
  });

  it("ends with a schema that contains itself", () => {
    const schema = { type: "object", properties: { next: { $ref: "#" } } };
    expect(JSON.stringify(exampleOfSchema(schema)).length).toBeLessThan(200);
  });
});
