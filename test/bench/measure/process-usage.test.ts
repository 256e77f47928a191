import { describe, expect, it } from "vitest";
import { bytesIn, cpuSecondsIn } from "./process-usage.ts";

const stat = (name: string) =>
  `42 (${name}) S 1 42 42 0 -1 4194304 9 0 0 0 250 50 7 8 20 0 11 0 100 1 2 3`;

describe("the use of a process", () => {
  it("is the time in its own code and in the kernel", () => {
    expect(cpuSecondsIn(stat("node"))).toBe(3);
  });

  it("is read past a name with spaces and parentheses", () => {
    expect(cpuSecondsIn(stat("a (b) c"))).toBe(3);
  });

  it("is resident memory in bytes, now and at its peak", () => {
    const status = "Name:\tnode\nVmHWM:\t  2048 kB\nVmRSS:\t  1024 kB\n";
    expect(bytesIn(status, "VmRSS")).toBe(1_048_576);
    expect(bytesIn(status, "VmHWM")).toBe(2_097_152);
  });

  it("is an error when the kernel does not tell", () => {
    expect(() => bytesIn("Name:\tnode\n", "VmRSS")).toThrow("no VmRSS");
  });
});
