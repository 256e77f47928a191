import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";

describe("withSmallYoungGeneration", () => {
  it("keeps the young generation small while the program is loaded", () => {
    const { before = 0, whileLoading } = youngGenerationOf(`
      const before = await young();
      let whileLoading;
      await withSmallYoungGeneration(4, async () => {
        await burden();
        whileLoading = await young();
      });
      show({ before, whileLoading });`);
    // Before the first collection, only one of its two halves is there.
    expect(whileLoading).toBeLessThanOrEqual(2 * before);
  });

  it("lets it grow afterwards, but not as far as V8 would", () => {
    const { limited = 0 } = youngGenerationOf(`
      await withSmallYoungGeneration(4, async () => {});
      await burden();
      show({ limited: await young() });`);
    const { unlimited = 0 } = youngGenerationOf(
      "await burden(); show({ unlimited: await young() });",
    );
    expect(limited).toBeGreaterThanOrEqual(2 * 4 * mebibyte);
    expect(limited).toBeLessThan(unlimited / 2);
  });

  it("gives what was loaded", () => {
    const shown = youngGenerationOf(
      "show({ loaded: await withSmallYoungGeneration(4, async () => 7) });",
    );
    expect(shown).toEqual({ loaded: 7 });
  });
});

const mebibyte = 1024 * 1024;
const source = new URL("../../src/process/young-generation.ts", import.meta.url);

/** Runs a program of its own, whose young generation no other test has grown. */
function youngGenerationOf(program: string): Readonly<Record<string, number>> {
  const whole = `
    import { setImmediate as turn } from "node:timers/promises";
    import { getHeapSpaceStatistics } from "node:v8";
    import { withSmallYoungGeneration } from ${JSON.stringify(source.href)};
    const sizeNow = () =>
      getHeapSpaceStatistics().find((space) => space.space_name === "new_space").space_size;
    /** While a collection takes pages over, some count twice: the least of many looks is the size. */
    async function young() {
      let least = sizeNow();
      for (let look = 0; look < 50; look++) {
        await turn();
        least = Math.min(least, sizeNow());
      }
      return least;
    }
    const show = (shown) => console.log(JSON.stringify(shown));
    /** Makes far more that survives than a young generation of 64 MiB has room for. */
    async function burden() {
      let kept = [];
      for (let round = 0; round < 300; round++) {
        for (let index = 0; index < 10_000; index++) kept.push({ index, list: [index] });
        if (kept.length > 500_000) kept = [];
        await turn();
      }
    }
    ${program}`;
  const words = ["--input-type=module", "--eval", whole];
  return JSON.parse(execFileSync(process.execPath, words, { encoding: "utf8" })) as Record<
    string,
    number
  >;
}
