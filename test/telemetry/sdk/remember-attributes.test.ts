import { describe, expect, it } from "vitest";
import { ByteWriter } from "../../../src/telemetry/sdk/byte-writer.ts";
import { rememberAttributes } from "../../../src/telemetry/sdk/remember-attributes.ts";

describe("attributes that are written again", () => {
  it("are remembered by value and kind of value, and told the same", () => {
    const { write, made } = setUp();
    for (const value of ["1", 1, true, "1", 1, true]) {
      expect(write("spillway.provider", value)).toBe(`spillway.provider=${JSON.stringify(value)}`);
    }
    expect(made).toHaveLength(3);
  });

  it("are not remembered under a name that a caller made up, nor when long, nor as a list", () => {
    const { write, made } = setUp();
    for (const [name, value] of [
      ["spillway.label.team", "a"],
      ["gen_ai.input.messages", "a prompt that is not to stay in memory ".repeat(2)],
      ["gen_ai.response.finish_reasons", ["stop"]],
    ] as const) {
      write(name, value as string);
      write(name, value as string);
    }
    expect(made).toHaveLength(6);
  });

  it("take a bounded room, whatever callers make up", () => {
    const { write, made } = setUp();
    for (let round = 0; round < 2; round++) {
      for (let request = 0; request < 100; request++) write("spillway.request.id", `r-${request}`);
    }
    expect(made).toHaveLength(100 + 68);
  });
});

function setUp() {
  const made: string[] = [];
  const remembered = rememberAttributes((to, name, value) => {
    made.push(name);
    to.text(`${name}=${JSON.stringify(value)}`);
  });
  return {
    made,
    write(name: string, value: string | number | boolean): string {
      const to = new ByteWriter(16);
      remembered(to, name, value);
      return to.written().toString();
    },
  };
}
