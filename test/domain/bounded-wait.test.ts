import { expect, it } from "vitest";
import { waitUnlessAborted, waitWithin } from "../../src/domain/bounded-wait.ts";
import { manualClock } from "../support/manual-clock.ts";

it("waits until the time is up and no longer, and sets the clock free", async () => {
  const clock = manualClock();
  const late = waitWithin(clock, 10, new Promise<string>(() => {}));
  let ended = false;
  late.then(() => {
    ended = true;
  });
  await clock.advance(9);
  expect(ended).toBe(false);
  await clock.advance(1);
  expect(await late).toBeUndefined();
  expect(await waitWithin(clock, 10, Promise.resolve("done"))).toBe("done");
  await expect(waitWithin(clock, 10, Promise.reject(new Error("bug")))).rejects.toThrow("bug");
  expect(clock.pending()).toBe(0);
});

it("does not wait where no time is left, and lets no bug of the work end the process", async () => {
  const work = Promise.withResolvers<string>();
  expect(await waitWithin(manualClock(), 0, work.promise)).toBeUndefined();
  work.reject(new Error("bug"));
  await new Promise((resolve) => setImmediate(resolve));
});

it("does not wait where the signal aborted before, and lets no bug of the work end the process", async () => {
  const work = Promise.withResolvers<string>();
  expect(await waitUnlessAborted(work.promise, AbortSignal.abort())).toBeUndefined();
  // A rejection that nobody handles fails the run.
  work.reject(new Error("bug"));
  await new Promise((resolve) => setImmediate(resolve));
});

it("leaves no listener behind, however it ends", async () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...listener: Parameters<typeof add>) => {
    listeners += 1;
    add(...listener);
  };
  signal.removeEventListener = (...listener: Parameters<typeof remove>) => {
    listeners -= 1;
    remove(...listener);
  };
  expect(await waitUnlessAborted(Promise.resolve("done"), signal)).toBe("done");
  await expect(waitUnlessAborted(Promise.reject(new Error("bug")), signal)).rejects.toThrow("bug");
  expect(listeners).toBe(0);
});
