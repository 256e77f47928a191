import { expect, it } from "vitest";
import { MemoryStore } from "../../src/idempotency/memory-store.ts";
import { manualClock } from "../support/manual-clock.ts";
import { imageResult } from "./store-world.ts";

it("forgets no key in memory because the wall clock jumps", async () => {
  const clock = manualClock();
  const store = new MemoryStore({ lifetimeMs: 3_600_000, maxBytes: 1_000 }, clock);
  await store.begin("k", "r");
  await store.settle("k", { kind: "kept", generated: imageResult(9) });
  const { now } = clock;
  clock.now = () => now() + 400 * 86_400_000;
  await clock.advance(60_000);
  expect(await store.begin("k", "r")).not.toEqual({ kind: "new" });
  await store.close();
});
