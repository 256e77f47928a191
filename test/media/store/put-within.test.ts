import { describe, expect, it } from "vitest";
import type { StoreResult } from "../../../src/domain/media-store.ts";
import { putWithin } from "../../../src/media/store/put-within.ts";
import { manualClock } from "../../support/manual-clock.ts";

const file = { bytes: new Uint8Array(1), mimeType: "image/png", limitMs: 10 };

describe("a file that is put within a time", () => {
  it("gets the store's answer, and sets the clock free", async () => {
    const clock = manualClock();
    const stored: StoreResult = { kind: "stored", url: "http://a.test/b", expiresAt: 1 };
    const store = { put: async () => stored, close: async () => {} };
    expect(await putWithin(store, clock, file)).toBe(stored);
    expect(clock.pending()).toBe(0);
  });

  it("is given up when the store hangs, and the store is told", async () => {
    const clock = manualClock();
    let told: AbortSignal | undefined;
    const store = {
      put: (_bytes: Uint8Array, _type: string, signal: AbortSignal) => {
        told = signal;
        return new Promise<StoreResult>(() => {});
      },
      close: async () => {},
    };
    const putting = putWithin(store, clock, file);
    await clock.advance(9);
    expect(told?.aborted).toBe(false);
    await clock.advance(1);
    expect(await putting).toEqual({
      kind: "failed",
      message: "The media store did not answer in time.",
    });
    expect(told?.aborted).toBe(true);
  });
});
