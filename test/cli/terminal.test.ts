import { describe, expect, it } from "vitest";
import { printable, processTerminal, type TerminalStream } from "../../src/cli/terminal.ts";

function stream(shape: Pick<TerminalStream, "isTTY" | "columns"> = {}) {
  const texts: string[] = [];
  let fail: (error: NodeJS.ErrnoException) => void = () => {};
  const made: TerminalStream = {
    ...shape,
    write: (text) => texts.push(text) > 0,
    on: (_, listener) => {
      fail = listener;
    },
  };
  return { made, texts, fail: (code: string) => fail(Object.assign(new Error(code), { code })) };
}

describe("the terminal of a process", () => {
  it("keeps results and news apart", () => {
    const [output, errors] = [stream(), stream({ isTTY: true, columns: 90 })];
    const terminal = processTerminal(output.made, errors.made);
    terminal.write("result");
    terminal.error("news");
    expect([output.texts, errors.texts]).toEqual([["result"], ["news"]]);
    expect(terminal.isTty).toBe(true);
    expect(terminal.columns).toBe(Number.POSITIVE_INFINITY);
  });

  it("is as wide as its output", () => {
    expect(processTerminal(stream({ columns: 80 }).made, stream().made).columns).toBe(80);
  });

  it("forgives a reader that leaves, and nothing else", () => {
    const output = stream();
    processTerminal(output.made, stream().made);
    expect(() => output.fail("EPIPE")).not.toThrow();
    expect(() => output.fail("ENOSPC")).toThrow("ENOSPC");
  });
});

describe("a printable text", () => {
  it("keeps its lines and tabs, and loses what could steer a terminal", () => {
    expect(printable("a\tb\nc\u001b[31m\u0007\r\u009b2J")).toBe("a\tb\nc[31m2J");
  });
});
