import { expect, it } from "vitest";
import { queueCapacity, responseQueue } from "../../src/rpc/response-queue.ts";

it("gives what was sent, in order, and then ends", async () => {
  const queue = responseQueue<number>();
  queue.send(1);
  queue.send(2);
  queue.end();
  const seen: number[] = [];
  for await (const response of queue) seen.push(response);
  expect(seen).toEqual([1, 2]);
});

it("wakes a reader that waits", async () => {
  const queue = responseQueue<number>();
  const reader = queue[Symbol.asyncIterator]();
  const next = reader.next();
  queue.send(7);
  expect(await next).toEqual({ done: false, value: 7 });
  const last = reader.next();
  queue.end();
  expect((await last).done).toBe(true);
});

it("asks the writer to wait when it is full, until the reader catches up", async () => {
  const queue = responseQueue<number>();
  const waits = Array.from({ length: queueCapacity }, (_, index) => queue.send(index));
  expect(waits.slice(0, -1).every((wait) => wait === undefined)).toBe(true);
  let resumed = false;
  const resume = Promise.resolve(waits.at(-1)).then(() => {
    resumed = true;
  });
  await Promise.resolve();
  expect(resumed).toBe(false);
  await queue[Symbol.asyncIterator]().next();
  await resume;
  expect(resumed).toBe(true);
});

it("lets the writer go when the reader leaves", async () => {
  const queue = responseQueue<number>();
  for (let n = 0; n < queueCapacity; n++) queue.send(n);
  const wait = queue.send(99);
  for await (const _ of queue) break;
  await wait;
  expect(queue.send(100)).toBeUndefined();
});
