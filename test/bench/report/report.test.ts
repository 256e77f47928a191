import { describe, expect, it } from "vitest";
import type { Measured } from "../measure/measured.ts";
import { replaceGenerated, writeGenerated } from "./document.ts";
import { figure } from "./figure.ts";
import { cpuPlot, drawPlot } from "./plot.ts";
import type { Result } from "./results.ts";
import { named, throughputTable } from "./throughput-table.ts";
import { atLeast, atMost, reached } from "./verdict.ts";
import { verdictTable } from "./verdict-table.ts";

const floor: Measured = {
  name: "floor",
  requestsPerSecond: [1000, 500, 1000],
  cpuMicros: [100, 200, 100],
  peakBytes: [50e6, 60e6, 70e6],
  requests: 9000,
};
const rival: Measured = {
  name: "Spillway <1>",
  requestsPerSecond: [500, 250, 480],
  cpuMicros: [200, 400, 210],
  peakBytes: [90e6, 90e6, 90e6],
  requests: 4000,
};
const direct: Measured = { ...floor, name: "direct", cpuMicros: [Number.NaN, Number.NaN] };

describe("the report of the benchmarks", () => {
  it("writes three digits that mean something", () => {
    expect([12345.6, 123.4, 12.34, 1.5, 2, 0.1234, Number.NaN].map(figure)).toEqual([
      "12,346",
      "123",
      "12.3",
      "1.5",
      "2",
      "0.123",
      "",
    ]);
  });

  it("sets each contender beside the references by the median of the rounds' ratios", () => {
    const { columns, rows } = throughputTable([floor, rival], ["floor"]);
    const cells = Object.fromEntries(columns.map((column, index) => [column, rows[1]?.[index]]));
    expect(cells).toMatchObject({
      "requests/s": "480",
      "least to most": "250 to 500",
      "CPU µs/request": "210",
      "CPU × floor": "2",
      "throughput × floor": "0.5",
      "peak MB": "90",
    });
  });

  it("does not invent a contender", () => {
    expect(() => named([floor], "Portkey")).toThrow("nobody is called Portkey");
  });

  it("judges at the edge of a target as reached, in both directions", () => {
    expect(reached(atMost(2, " ×", "", 2))).toBe(true);
    expect(reached(atMost(2, " ×", "", 2.01))).toBe(false);
    expect(reached(atLeast(4, " ×", "", 4))).toBe(true);
    expect(reached(atLeast(4, " ×", "", 3.99))).toBe(false);
  });

  it("judges nothing that was not measured", () => {
    expect(() => atMost(2, " ×", "chat", Number.NaN)).toThrow("nothing was measured: chat");
  });

  it("says of each figure what it must be and whether it is", () => {
    const { rows } = verdictTable([
      atMost(30, " MB", "waiting", 77.3),
      atLeast(4, " ×", "chat", 6),
    ]);
    expect(rows).toEqual([
      ["waiting", "77.3 MB", "≤ 30 MB", "**not reached**"],
      ["chat", "6 ×", "≥ 4 ×", "reached"],
    ]);
  });

  it("draws a bar for each that used the processor, the longest across the plot", () => {
    const plot = cpuPlot([floor, direct, rival]);
    expect(plot.bars).toEqual([
      { name: "floor", value: 100 },
      { name: "Spillway <1>", value: 210 },
    ]);
    const drawn = drawPlot(plot);
    expect(drawn).toContain("Spillway &lt;1&gt;");
    expect([...drawn.matchAll(/<rect .*? width="([\d.]+)"/g)].map(([, width]) => width)).toEqual([
      "200.0",
      "420.0",
    ]);
  });
});

describe("the generated part of the document", () => {
  const begin = "<!-- npm run bench -- --write: begin -->";
  const end = "<!-- npm run bench -- --write: end -->";

  it("takes the place of the one before, and nothing else changes", () => {
    const before = `before\n${begin}\nold\n${end}\nafter`;
    const once = replaceGenerated(before, "new");
    expect(once).toBe(`before\n${begin}\n\nnew\n\n${end}\nafter`);
    expect(replaceGenerated(once, "new")).toBe(once);
  });

  it("needs its markers", () => {
    expect(() => replaceGenerated("nothing", "new")).toThrow("no <!--");
  });

  it("has every verdict in one table, and each case with what it came from", () => {
    const result: Result = {
      title: "Chat",
      lead: "A chat.",
      table: { columns: ["", "x"], rows: [["floor", "1"]] },
      plot: { title: "CPU", bars: [] },
      verdicts: [atMost(2, " ×", "chat", 1.5)],
      date: "2026-11-22",
      commit: "abc1234",
      rounds: 5,
      seconds: 4,
    };
    expect(writeGenerated("Two processors", [["chat", result]])).toBe(
      [
        "Two processors.",
        "### What must be reached",
        "| what | figure | target |  |\n|---|--:|--:|--:|\n| chat | 1.5 × | ≤ 2 × | reached |",
        "### Chat",
        "A chat.",
        "|  | x |\n|---|--:|\n| floor | 1 |",
        "![CPU](performance-chat.svg)",
        "`npm run bench -- chat`, 2026-11-22, at abc1234, 5 rounds of 4 s.",
      ].join("\n\n"),
    );
  });
});
