import { describe, expect, it } from "vitest";
import { renderTable } from "../../src/cli/table.ts";

describe("a table", () => {
  it("aligns its columns and ends no line with spaces", () => {
    const columns = [{ title: "name" }, { title: "n", align: "right" as const }, { title: "z" }];
    const rows = [
      ["größe", "10", ""],
      ["a", "9", "end"],
    ];
    expect(renderTable(columns, rows, 80)).toBe("name    n  z\ngröße  10\na       9  end\n");
  });

  it("cuts what is wider than the terminal", () => {
    expect(renderTable([{ title: "a" }], [["123456789"]], 5)).toBe("a\n1234…\n");
  });

  it("keeps each row on its line", () => {
    expect(renderTable([{ title: "a" }], [["one\ntwo\u001b[2J"]], 80)).toBe("a\none two[2J\n");
  });
});
