import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/process/system-clock.ts";

describe("the system's clock", () => {
  it("gives the time of day, and a time that never runs backwards", () => {
    const earliest = Date.now();
    const now = systemClock.now();
    expect(now).toBeGreaterThanOrEqual(earliest);
    expect(now).toBeLessThanOrEqual(Date.now());
    const before = systemClock.monotonic();
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(before);
  });

  it("wakes a sleeper when its time has come or its signal aborts", async () => {
    await systemClock.sleep(0);
    await systemClock.sleep(3_600_000, AbortSignal.abort());
    const ending = new AbortController();
    const slept = systemClock.sleep(3_600_000, ending.signal);
    ending.abort();
    await slept;
  });

  it("calls back once, unless it was called off", async () => {
    const calls: string[] = [];
    const callOff = systemClock.timer(0, () => calls.push("called off"));
    callOff();
    await new Promise<void>((resolve) =>
      systemClock.timer(1, () => {
        calls.push("called");
        resolve();
      }),
    );
    expect(calls).toEqual(["called"]);
  });

  it("does not mistake a very long wait for none", async () => {
    let fired = false;
    const callOff = systemClock.timer(2 ** 40, () => {
      fired = true;
    });
    await systemClock.sleep(5);
    callOff();
    expect(fired).toBe(false);
  });
});
