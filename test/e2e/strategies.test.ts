import { durationMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { CostBasis } from "../../gen/spillway/v1/cost_pb.ts";
import { Strategy } from "../../gen/spillway/v1/route_pb.ts";
import type { Clock } from "../../src/domain/clock.ts";
import { seededRandom } from "../support/fake-request.ts";
import { type Act, startFakeUpstream } from "../support/fake-upstream.ts";
import { chatRequest, imageRequest } from "../support/requests.ts";
import { startGateway, type TestGateway } from "../support/start-gateway.ts";
import { chat, error, images } from "../support/upstream-acts.ts";
import { wakingClock } from "../support/waking-clock.ts";

const fastMs = 1_000;
const slowMs = 60_000;

describe("the fastest of two targets", () => {
  it("gets the traffic when the other one becomes slow, which Route tells, until that is fast again", async () => {
    const { clock, turn, taking } = turnedClock();
    const [first, second] = [
      await startFakeUpstream(taking(fastMs, images(10))),
      await startFakeUpstream(taking(fastMs, images(20))),
    ];
    const gateway = await startGateway(
      `
providers:
  first: { type: openai-compatible, base_url: "${first.url}" }
  second: { type: openai-compatible, base_url: "${second.url}" }
routes:
  - models: ["*"]
    strategy: fastest
    targets: [{ provider: first }, { provider: second }]
`,
      { clock, random: seededRandom(5) },
    );
    const ask = async (times: number, pauseMs = 0) => {
      for (let time = 0; time < times; time++) {
        await gateway.generate(imageRequest("boat"));
        turn(pauseMs);
      }
    };
    const untried = await explain(gateway);
    expect(untried.map(({ strategy, latency, score }) => [strategy, latency, score])).toEqual([
      [Strategy.FASTEST, undefined, undefined],
      [Strategy.FASTEST, undefined, undefined],
    ]);

    await ask(2);
    expect([first.requests.length, second.requests.length]).toEqual([1, 1]);

    first.play(taking(slowMs, images(10)));
    for (let turns = 0; turns < 50 && first.requests.length === 1; turns++) await ask(1, 5_000);
    const before = first.requests.length;
    expect(before).toBe(2);
    await ask(20);
    expect(first.requests.length).toBe(before);
    const told = await explain(gateway);
    expect(told.map(({ provider, probability }) => [provider, probability])).toEqual([
      ["second", 1],
      ["first", 0],
    ]);
    expect(told[1]?.latency).toBeGreaterThanOrEqual(slowMs);
    expect(told[0]?.latency).toBeLessThan(slowMs / 2);
    expect(told[1]?.score).toBeGreaterThan(told[0]?.score ?? Number.POSITIVE_INFINITY);

    first.play(taking(fastMs, images(10)));
    await ask(25, 20_000);
    const back = first.requests.length;
    expect(back).toBeGreaterThan(before);
    await ask(20, 20_000);
    expect(first.requests.length - back).toBeGreaterThanOrEqual(5);
  });

  it("is not the one that fails fast", async () => {
    const { clock, taking } = turnedClock();
    const broken = await startFakeUpstream(error(500, {}));
    const slow = await startFakeUpstream(taking(fastMs / 10, images(20)));
    const gateway = await startGateway(
      `
providers:
  broken: { type: openai-compatible, base_url: "${broken.url}" }
  slow: { type: openai-compatible, base_url: "${slow.url}" }
routes:
  - models: ["*"]
    strategy: fastest
    health: { failures: 1000, min_attempts: 1000 }
    targets: [{ provider: broken }, { provider: slow }]
`,
      { clock, random: () => 0 },
    );
    await gateway.generate(imageRequest("boat"));
    const tried = broken.requests.length;
    expect(tried).toBeGreaterThan(0);
    for (let time = 0; time < 5; time++) await gateway.generate(imageRequest("boat"));
    expect(broken.requests.length).toBe(tried);
  });

  it("is known for streams apart, by their first content", async () => {
    const { clock, taking } = turnedClock();
    const upstream = await startFakeUpstream(taking(slowMs, chat("Hello")));
    const gateway = await startGateway(
      `
providers:
  only: { type: openai-compatible, base_url: "${upstream.url}" }
routes: [{ models: ["*"], strategy: fastest, targets: [{ provider: only }] }]
`,
      { clock },
    );
    const generate = chatRequest("boat");
    await gateway.generate(generate);
    const seen = async (streamed: boolean) => {
      const { candidates } = await gateway.connect.route({ generate, streamed });
      return candidates[0]?.choice?.latency;
    };
    expect(await seen(false)).toBeDefined();
    expect(await seen(true)).toBeUndefined();
    await gateway.stream({ generate });
    expect(await seen(true)).toBeDefined();
  });
});

describe("the cheapest of several targets", () => {
  it("is asked first, as Route says with the prices of this very request", async () => {
    const gateway = await startGateway(`
sandbox: true
routes:
  - models: ["flux-*"]
    strategy: cheapest
    targets: [{ provider: replicate }, { provider: fal }, { provider: fireworks }]
`);
    const generate = imageRequest("flux-schnell");
    const { candidates, matchedRule } = await gateway.connect.route({ generate });
    expect(matchedRule?.strategy).toBe(Strategy.CHEAPEST);
    expect(candidates.map(({ choice }) => choice?.strategy)).toEqual(
      candidates.map(() => Strategy.CHEAPEST),
    );
    const micros = candidates.map(({ choice }) =>
      choice?.price?.basis === CostBasis.PRICED
        ? Number(choice.price.micros)
        : Number.POSITIVE_INFINITY,
    );
    expect(new Set(micros).size).toBeGreaterThan(1);
    expect(micros).toEqual(micros.toSorted((left, right) => left - right));
    const { provider } = await gateway.generate(generate);
    expect([provider, candidates[0]?.provider]).toEqual(["fireworks", "fireworks"]);
  });
});

/** A clock that providers turn forward by the time that they pretend to take. */
function turnedClock() {
  let turnedMs = 0;
  const turn = (ms: number) => {
    turnedMs += ms;
  };
  const clock: Clock = { ...wakingClock, monotonic: () => wakingClock.monotonic() + turnedMs };
  const taking = (ms: number, act: Act): Act => ({
    play(visit) {
      turn(ms);
      act.play(visit);
    },
  });
  return { clock, turn, taking };
}

async function explain(gateway: TestGateway) {
  const { candidates } = await gateway.connect.route({ generate: imageRequest("boat") });
  const ms = (duration: Parameters<typeof durationMs>[0] | undefined) =>
    duration && durationMs(duration);
  return candidates.map(({ provider, probability, choice }) => ({
    provider,
    probability,
    strategy: choice?.strategy,
    latency: ms(choice?.latency),
    score: ms(choice?.score),
  }));
}
