import { describe, expect, it } from "vitest";
import type { IdempotencyStore } from "../../../src/idempotency/idempotency-store.ts";
import { MemoryStore } from "../../../src/idempotency/memory-store.ts";
import { RemoteStore } from "../../../src/process/workers/remote-store.ts";
import { StoreHost } from "../../../src/process/workers/store-host.ts";
import { imageResult } from "../../idempotency/store-world.ts";
import { manualClock } from "../../support/manual-clock.ts";

const ticket = {
  callId: "call-1",
  provider: "fal",
  upstreamModel: "m",
  operation: "text_to_image",
  key: undefined,
  job: {},
} as unknown as Parameters<IdempotencyStore["writeJob"]>[1];

function setUp() {
  const store = new MemoryStore({ lifetimeMs: 60_000, maxBytes: 1_000_000 }, manualClock());
  const bugs: unknown[] = [];
  const host = new StoreHost(store, (bug) => bugs.push(bug));
  const worker = (id: number): RemoteStore => {
    const remote: RemoteStore = new RemoteStore((question) => {
      if (question.kind !== "store") throw new Error("no question to the store");
      // As between processes: a copy goes, and a copy comes back.
      void host.answer(id, structuredClone(question)).then((answer) => {
        remote.take(structuredClone(answer));
      });
    });
    return remote;
  };
  return { store, host, bugs, worker };
}

describe("a store in another process", () => {
  it("does for every worker what the one store does", async () => {
    const { worker } = setUp();
    const [one, two] = [worker(1), worker(2)];
    expect(await one.begin("key", "request")).toEqual({ kind: "new" });
    expect(await two.begin("key", "request")).toEqual({ kind: "running" });
    expect(await two.begin("key", "another")).toEqual({ kind: "conflict" });
    await one.markSent("key");
    await one.settle("key", { kind: "kept", generated: imageResult(9) });
    expect(await two.begin("key", "request")).toEqual({
      kind: "kept",
      generated: imageResult(9),
    });
  });

  it("says what went wrong there", async () => {
    const { worker } = setUp();
    await expect(worker(1).markSent("nobody's")).rejects.toThrow("Nobody");
  });

  it("keeps nobody waiting once it is closed", async () => {
    const remote = new RemoteStore(() => {});
    const begun = remote.begin("key", "request");
    await remote.close();
    await expect(begun).rejects.toThrow("ends");
  });
});

describe("what a worker leaves behind that ends before its time", () => {
  it("is free where nothing was sent", async () => {
    const { host, worker } = setUp();
    await worker(1).begin("key", "request");
    await host.gone(1);
    expect(await worker(2).begin("key", "request")).toEqual({ kind: "new" });
  });

  it("is of unknown outcome where something was", async () => {
    const { host, worker } = setUp();
    const one = worker(1);
    await one.begin("key", "request");
    await one.markSent("key");
    await host.gone(1);
    expect(await worker(2).begin("key", "request")).toEqual({ kind: "unknown" });
  });

  it("is taken up by another worker where a provider has a job of it", async () => {
    const { host, worker } = setUp();
    const one = worker(1);
    await one.begin("key", "request");
    await one.markSent("key");
    await one.writeJob("key", ticket);
    await host.gone(1);
    expect(await worker(2).begin("key", "request")).toEqual({ kind: "left", tickets: [ticket] });
    await host.gone(2);
    expect(await worker(3).begin("key", "request")).toEqual({ kind: "left", tickets: [ticket] });
  });

  it("is free where its last question came too late", async () => {
    const { host, worker } = setUp();
    await host.gone(1);
    await worker(1).begin("key", "request");
    expect(await worker(2).begin("key", "request")).toEqual({ kind: "new" });
  });

  it("is not there where it had settled everything", async () => {
    const { host, store, worker } = setUp();
    const one = worker(1);
    await one.begin("key", "request");
    await one.settle("key", { kind: "free" });
    await store.begin("key", "another");
    await host.gone(1);
    expect(await store.begin("key", "another")).toEqual({ kind: "running" });
  });
});
