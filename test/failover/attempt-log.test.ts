import { expect, it } from "vitest";
import { begin, gives } from "./world.ts";

it("leaves no timer behind when the caller of a stream cannot be told", async () => {
  const world = begin({
    stream: { emit: () => Promise.reject(new Error("gone")) },
    script: { steps: { a: [gives(1)] } },
  });
  await expect(world.end()).rejects.toThrow("gone");
  expect(world.clock.pending()).toBe(0);
});
