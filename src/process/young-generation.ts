import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/**
 * Keeps the young generation of this process as small as it is while `load` runs, since
 * what that makes stays and is no reason to grow by; then lets it grow, each of its
 * halves up to some mebibytes. Left alone, V8 lets each grow to 64 MiB as soon as many
 * requests wait at once, and hardly ever takes that back. V8 reads its own option for
 * that limit before a program can set it.
 */
export async function withSmallYoungGeneration<Loaded>(
  halfMebibytes: number,
  load: () => Promise<Loaded>,
): Promise<Loaded> {
  growBy(1);
  const loaded = await load();
  growBy(2);
  const collections = new PerformanceObserver(() => {
    if (youngBytes() < 2 * halfMebibytes * 1024 * 1024) return;
    growBy(1);
    collections.disconnect();
  });
  collections.observe({ entryTypes: ["gc"] });
  return loaded;
}

function growBy(factor: number): void {
  setFlagsFromString(`--semi-space-growth-factor=${factor}`);
}

function youngBytes(): number {
  return (
    getHeapSpaceStatistics().find((space) => space.space_name === "new_space")?.space_size ?? 0
  );
}
