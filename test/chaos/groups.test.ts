import { describe, expect, it } from "vitest";
import { seededRandom } from "../support/fake-request.ts";
import { type Act, type FakeUpstream, startFakeUpstream } from "../support/fake-upstream.ts";
import { imageRequest } from "../support/requests.ts";
import { startGateway, type TestGateway } from "../support/start-gateway.ts";
import { error, images, resetAfterBody, silence } from "../support/upstream-acts.ts";
import { within } from "../support/within.ts";
import { inTurn, sometimes } from "./support/chaos-acts.ts";

const good = images(10);
const overloaded = error(429, {});
const busyForLong = error(429, {}, { "retry-after": "30" });

describe("a group of which", () => {
  it("one target flaps serves everyone", async () => {
    const { gateway } = await start([inTurn(error(500, {}), good, resetAfterBody, good), good]);
    expect(await askMany(gateway, 14)).toEqual({ OK: 14 });
  });

  it("one target fails three times of ten serves everyone", async () => {
    const brownOut = sometimes(0.3, seededRandom(3), error(500, {}), good);
    const { gateway } = await start([brownOut, good]);
    expect(await askMany(gateway, 14)).toEqual({ OK: 14 });
  });

  it("half is dead serves everyone, and only by the other half", async () => {
    const { gateway, upstreams } = await start([error(500, {}), overloaded, good, good]);
    expect(await askMany(gateway, 12)).toEqual({ OK: 12 });
    const [, , left, right] = upstreams.map(({ requests }) => requests.length);
    expect((left ?? 0) + (right ?? 0)).toBe(12);
  });

  it.each([
    ["ask to be left alone for long", busyForLong],
    ["do not say for how long", overloaded],
  ])("two targets answer with a storm of 429 and %s serves everyone", async (_, storm) => {
    const { gateway, upstreams } = await start([storm, storm, good]);
    expect(await askMany(gateway, 12)).toEqual({ OK: 12 });
    // Nobody is asked twice for one request.
    for (const { requests } of upstreams) expect(requests.length).toBeLessThanOrEqual(12);
  });
});

describe("when everybody", () => {
  it.each<readonly [string, Act]>([
    ["is broken", error(500, {})],
    ["is busy", overloaded],
    ["is silent", silence],
    ["resets", resetAfterBody],
  ])(
    "%s, every caller hears so in time, and who is well again is asked at once",
    async (_, act) => {
      const { gateway, upstreams } = await start([act, act, act], act === silence ? 300 : 5000);
      expect(await askMany(gateway, 12)).toEqual({ "UNAVAILABLE ALL_PROVIDERS_EXHAUSTED": 12 });
      // A gateway with a wrong opinion of its providers must not be an outage of its own.
      for (const upstream of upstreams) upstream.play(good);
      expect(await askMany(gateway, 4)).toEqual({ OK: 4 });
    },
  );

  it("asks to be left alone, the caller hears for how long", async () => {
    const { gateway } = await start([busyForLong, busyForLong]);
    const told = await gateway.failure(imageRequest("boat"), within(3000));
    expect(told.retryAfterMs).toBeGreaterThan(0);
    expect(told.retryAfterMs).toBeLessThanOrEqual(30_000);
  });
});

/** Asks this often at the same time, and counts how it ended. */
async function askMany(gateway: TestGateway, count: number): Promise<Record<string, number>> {
  const ends: Record<string, number> = {};
  const one = async () => {
    const end = await gateway.generate(imageRequest("boat"), within(6000)).then(
      () => "OK",
      (problem: Error) => {
        const { code, reasons } = JSON.parse(problem.message) as {
          readonly code: string;
          readonly reasons: readonly string[];
        };
        return [code, ...reasons].join(" ");
      },
    );
    ends[end] = (ends[end] ?? 0) + 1;
  };
  await Promise.all(Array.from({ length: count }, one));
  return ends;
}

/** A group of equals that do this. */
async function start(acts: readonly Act[], attemptMs = 5000) {
  const upstreams: FakeUpstream[] = [];
  for (const act of acts) upstreams.push(await startFakeUpstream(act));
  const providers = upstreams.map(
    ({ url }, index) =>
      `  boat-${index}: { type: openai-compatible, base_url: "${url}", timeout: ${attemptMs}ms }`,
  );
  const targets = upstreams.map((_, index) => `{ provider: boat-${index} }`);
  const gateway = await startGateway(
    `
providers:
${providers.join("\n")}
routes:
  - models: [boat]
    targets: [${targets.join(", ")}]
`,
    { random: seededRandom(7) },
  );
  return { gateway, upstreams };
}
