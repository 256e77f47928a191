import { expect, it } from "vitest";
import { attemptLines } from "../support/attempt-lines.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { imageRequest } from "../support/requests.ts";
import { startGateway } from "../support/start-gateway.ts";
import { milliseconds } from "../support/told-error.ts";
import { error, held, images, silence } from "../support/upstream-acts.ts";
import { chaosClock } from "./support/chaos-clock.ts";

const dayMs = 86_400_000;

const jumps = [
  ["forward", 400 * dayMs],
  ["back", -400 * dayMs],
] as const;

it.each(jumps)("a wall clock that jumps %s ends no request that runs", async (_, jumpMs) => {
  const slow = held(images(10));
  const { clock, first, gateway } = await start(slow);
  const asked = gateway.generate(imageRequest("boat"));
  await first.arrived(1);
  clock.jump(jumpMs);
  // Whatever would fire because of the jump has the time to.
  await clock.sleep(50);
  slow.release();
  const { attempts, timing } = await asked;
  expect(attemptLines(attempts)).toEqual(["FIRST first SUCCEEDED"]);
  expect(milliseconds(timing?.total)).toBeGreaterThan(0);
  expect(milliseconds(timing?.total)).toBeLessThan(10_000);
});

it.each(jumps)(
  "a wall clock that jumps %s keeps no attempt waiting for longer",
  async (_, jumpMs) => {
    const { clock, first, gateway } = await start(silence);
    const asked = gateway.generate(imageRequest("boat"));
    await first.arrived(1);
    clock.jump(jumpMs);
    const { attempts } = await asked;
    expect(attemptLines(attempts)).toEqual([
      "FIRST first FAILED TIMEOUT AMBIGUOUS -",
      "FAILOVER second SUCCEEDED",
    ]);
  },
);

it("a wall clock that has jumped back leaves nobody out for a year", async () => {
  const { clock, first, gateway } = await start(error(429, {}, { "retry-after": "1" }));
  const asked = { routing: { only: ["first"], maxAttempts: 1 } };
  await gateway.failure(imageRequest("boat", asked));
  clock.jump(-400 * dayMs);
  first.play(images(10));
  await clock.sleep(1100);
  expect((await gateway.generate(imageRequest("boat", asked))).provider).toBe("first");
});

/** Two providers, the second only after the first, on a clock whose time of day can be set. */
async function start(firstDoes: Parameters<typeof startFakeUpstream>[0]) {
  const clock = chaosClock();
  const first = await startFakeUpstream(firstDoes);
  const second = await startFakeUpstream(images(20));
  const gateway = await startGateway(
    `
providers:
  first: { type: openai-compatible, base_url: "${first.url}", timeout: 400ms }
  second: { type: openai-compatible, base_url: "${second.url}" }
routes:
  - models: [boat]
    targets: [{ provider: first }, { provider: second, priority: 1 }]
`,
    { clock },
  );
  return { clock, first, gateway };
}
