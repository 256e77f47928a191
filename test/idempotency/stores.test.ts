import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { IdempotencyStore, StoreLimits } from "../../src/idempotency/idempotency-store.ts";
import { MemoryStore } from "../../src/idempotency/memory-store.ts";
import { openSqliteStore } from "../../src/idempotency/sqlite-store.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";
import { imageResult, result, ticket } from "./store-world.ts";

let folder = "";
let store: IdempotencyStore;
let clock: ManualClock;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spillway-keys-"));
  clock = manualClock();
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const hour = 3_600_000;

const stores: Readonly<Record<string, (limits: StoreLimits) => IdempotencyStore>> = {
  "in memory": (limits) => new MemoryStore(limits, clock),
  "in a file": (limits) => openSqliteStore({ ...limits, path: join(folder, "keys.db"), clock }),
};

/** What every store must do, wherever it keeps things. */
describe.each(Object.entries(stores))("a store %s", (_, open) => {
  beforeEach(() => {
    store = open({ lifetimeMs: hour, maxBytes: 100_000 });
  });

  async function keep(key: string, bytes: number): Promise<void> {
    expect(await store.begin(key, "r")).toEqual({ kind: "new" });
    await store.markSent(key);
    await store.settle(key, { kind: "kept", generated: imageResult(bytes, key) });
  }

  it("gives a key to the first who asks, and to nobody else while it runs", async () => {
    expect(await store.begin("k", "r")).toEqual({ kind: "new" });
    expect(await store.begin("k", "r")).toEqual({ kind: "running" });
    expect(await store.begin("other", "r")).toEqual({ kind: "new" });
    await store.markSent("k");
    expect(await store.begin("k", "r")).toEqual({ kind: "running" });
  });

  it("tells another request from the same one, before, during and after", async () => {
    await store.begin("k", "r");
    expect(await store.begin("k", "s")).toEqual({ kind: "conflict" });
    await store.markSent("k");
    expect(await store.begin("k", "s")).toEqual({ kind: "conflict" });
    await store.settle("k", { kind: "kept", generated: imageResult(9) });
    expect(await store.begin("k", "s")).toEqual({ kind: "conflict" });
  });

  it("gives images back as they were, byte by byte", async () => {
    await keep("k", 20_000);
    const begun = await store.begin("k", "r");
    expect(begun.kind === "kept" && begun.generated).toMatchObject({ cost: { micros: 5 } });
    const output = begun.kind === "kept" ? begun.generated.output : undefined;
    const content = output?.kind === "images" ? output.images[0]?.content : undefined;
    expect(content?.kind === "bytes" && Buffer.from(content.bytes)).toEqual(
      Buffer.alloc(20_000, 7),
    );
  });

  it("gives answers back as they were", async () => {
    const generated = result({
      kind: "chat",
      text: "a boat ⛵",
      toolCalls: [{ id: "1", name: "row", arguments: "{}" }],
      finishReason: "stop",
      reasoning: "",
    });
    await store.begin("k", "r");
    await store.settle("k", { kind: "kept", generated });
    expect(await store.begin("k", "r")).toEqual({ kind: "kept", generated });
  });

  it("frees a key for which nothing was bought, for any request", async () => {
    await store.begin("k", "r");
    await store.markSent("k");
    await store.settle("k", { kind: "free" });
    expect(await store.begin("k", "s")).toEqual({ kind: "new" });
  });

  it("remembers that an outcome is unknown", async () => {
    await store.begin("k", "r");
    await store.markSent("k");
    await store.settle("k", { kind: "unknown" });
    expect(await store.begin("k", "r")).toEqual({ kind: "unknown" });
    expect(await store.begin("k", "s")).toEqual({ kind: "conflict" });
  });

  it("gives the tickets of an execution whose outcome is unknown to one who asks again, and to nobody else meanwhile", async () => {
    await store.begin("k", "r");
    await store.markSent("k");
    await store.writeJob("k", ticket("one"));
    await store.writeJob("k", ticket("two", { slots: [1], job: undefined }));
    await store.settle("k", { kind: "unknown" });
    expect(await store.begin("k", "s")).toEqual({ kind: "conflict" });
    const left = await store.begin("k", "r");
    expect(left).toEqual({
      kind: "left",
      tickets: [ticket("one"), ticket("two", { slots: [1], job: undefined })],
    });
    expect(await store.begin("k", "r")).toEqual({ kind: "running" });
    await store.settle("k", { kind: "unknown" });
    expect(await store.begin("k", "r")).toEqual(left);
  });

  it("has one ticket of a call, the last, and none that was struck out", async () => {
    await store.begin("k", "r");
    await store.markSent("k");
    await store.writeJob("k", ticket("one", { job: undefined }));
    await store.writeJob("k", ticket("one"));
    await store.writeJob("k", ticket("two"));
    await store.strikeJob("k", "two");
    await store.strikeJob("k", "three");
    await store.settle("k", { kind: "unknown" });
    expect(await store.begin("k", "r")).toEqual({ kind: "left", tickets: [ticket("one")] });
    await store.strikeJob("k", "one");
    await store.settle("k", { kind: "unknown" });
    expect(await store.begin("k", "r")).toEqual({ kind: "unknown" });
  });

  it.each([
    ["a result", { kind: "kept", generated: imageResult(200_000) }, { kind: "unknown" }],
    ["nothing bought", { kind: "free" }, { kind: "new" }],
  ] as const)("forgets the tickets of an execution that ends with %s", async (_, end, next) => {
    await store.begin("k", "r");
    await store.markSent("k");
    await store.writeJob("k", ticket("one"));
    await store.settle("k", end);
    expect(await store.begin("k", "r")).toEqual(next);
  });

  it("forgets a key when its time is over, and not before", async () => {
    await keep("k", 10);
    await clock.advance(hour - 1);
    expect(await store.begin("k", "r")).toMatchObject({ kind: "kept" });
    await clock.advance(1);
    expect(await store.begin("k", "r")).toEqual({ kind: "new" });
  });

  it("takes up a key whose time is over for another request, and never mixes their results", async () => {
    await keep("k", 10);
    // Nobody has swept: the clock was not turned by way of the timers.
    const { now, monotonic } = clock;
    clock.now = () => now() + 2 * hour;
    clock.monotonic = () => monotonic() + 2 * hour;
    expect(await store.begin("k", "s")).toEqual({ kind: "new" });
    await store.markSent("k");
    await store.settle("k", { kind: "unknown" });
    expect(await store.begin("k", "s")).toEqual({ kind: "unknown" });
  });

  it("lets the oldest result go when there is no room, and keeps its key", async () => {
    await keep("first", 40_000);
    await clock.advance(1);
    await keep("second", 40_000);
    await clock.advance(1);
    await keep("third", 40_000);
    expect(await store.begin("first", "r")).toEqual({ kind: "unknown" });
    expect(await store.begin("second", "r")).toMatchObject({ kind: "kept" });
    expect(await store.begin("third", "r")).toMatchObject({ kind: "kept" });
  });

  it("keeps the key of a result that is too large, and lets no other result go for it", async () => {
    await keep("small", 10);
    await keep("huge", 200_000);
    expect(await store.begin("huge", "r")).toEqual({ kind: "unknown" });
    expect(await store.begin("small", "r")).toMatchObject({ kind: "kept" });
  });

  it("has room again once results are too old", async () => {
    await keep("old", 90_000);
    await clock.advance(hour + 60_000);
    await keep("new", 90_000);
    expect(await store.begin("new", "r")).toMatchObject({ kind: "kept" });
    expect(await store.begin("old", "r")).toEqual({ kind: "new" });
  });

  it("lets nobody settle what nobody has claimed", async () => {
    await expect(store.settle("k", { kind: "free" })).rejects.toThrow("Nobody has claimed");
    await expect(store.markSent("k")).rejects.toThrow("Nobody has claimed");
    await expect(store.writeJob("k", ticket("one"))).rejects.toThrow("Nobody has claimed");
    await expect(store.strikeJob("k", "one")).rejects.toThrow("Nobody has claimed");
  });

  it("leaves no timer behind", async () => {
    await store.close();
    expect(clock.pending()).toBe(0);
    store = new MemoryStore({ lifetimeMs: hour, maxBytes: 1 }, clock);
  });
});
