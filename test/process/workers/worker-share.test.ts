import { describe, expect, it } from "vitest";
import { workerShare } from "../../../src/process/workers/worker-share.ts";
import { loadGood } from "../../config/config-world.ts";

describe("a worker's share", () => {
  const whole = loadGood(`
server:
  admin: 127.0.0.1:9090
  limits: { max_concurrent: 101, queue: 0, max_wait: 2s }
  retry_budget: { ratio: 0.3, floor: 10 }
callers:
  web: { keys: [0123456789abcdef], requests_per_minute: 10 }
  batch: { keys: [fedcba9876543210] }
media: { store: disk, max_size: 100MiB }
providers:
  openai: { keys: [k], max_concurrent: 1 }
  fal: { keys: [k], max_concurrent: 9 }
  xai: { keys: [k] }
`);
  const share = workerShare(whole, 4, "/somewhere");

  it("is its part of every limit, rounded up", () => {
    expect(share.server.limits).toEqual({ maxConcurrent: 26, queue: 0, maxWaitMs: 2_000 });
    expect(share.server.retryBudget).toEqual({ ratio: 0.3, floor: 2.5 });
    expect(share.providers.map(({ maxConcurrent }) => maxConcurrent)).toEqual([1, 3, undefined]);
    expect(share.callers?.map((caller) => caller.requestsPerMinute)).toEqual([3, undefined]);
    expect(share.media.store).toMatchObject({ maxBytes: 25 * 1024 * 1024 });
  });

  it("has the files where all workers have them", () => {
    expect(share.media.store).toMatchObject({ directory: "/somewhere" });
    const own = loadGood("media: { store: disk, directory: /own }");
    expect(workerShare(own, 2, undefined).media.store).toMatchObject({ directory: "/own" });
  });

  it("leaves everything else as it is", () => {
    const { server, callers, media, providers, ...rest } = share;
    expect(whole).toMatchObject(rest);
    expect(share.version).toBe(whole.version);
  });
});
