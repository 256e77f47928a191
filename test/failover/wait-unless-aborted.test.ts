import { expect, it } from "vitest";
import { waitUnlessAborted } from "../../src/failover/wait-unless-aborted.ts";

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
