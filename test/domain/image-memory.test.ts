import { expect, it } from "vitest";
import {
  freeImageMemory,
  keepImageMemory,
  takeImageMemory,
} from "../../src/domain/image-memory.ts";

const size = 1_000_000;

it("leaves whoever still has an image with nothing once its memory is free", () => {
  const bytes = takeImageMemory(size);
  expect(bytes).toHaveLength(size);
  freeImageMemory(bytes);
  expect(bytes).toHaveLength(0);
});

it("frees the images of one answer together, and only once", () => {
  const memory = takeImageMemory(size);
  const [first, second] = [memory.subarray(0, 100), memory.subarray(100)];
  freeImageMemory(first);
  freeImageMemory(second);
  expect(second).toHaveLength(0);
});

it("frees nothing that is kept, and nothing that it did not give", () => {
  const kept = takeImageMemory(size).subarray(10);
  keepImageMemory(kept);
  const small = takeImageMemory(100);
  const foreign = Buffer.alloc(size);
  for (const bytes of [kept, small, foreign]) freeImageMemory(bytes);
  expect([kept.length, small.length, foreign.length]).toEqual([size - 10, 100, size]);
});
