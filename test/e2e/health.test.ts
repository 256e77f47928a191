import { describe, expect, it } from "vitest";
import { HealthState } from "../../gen/spillway/v1/provider_pb.ts";
import type { Clock } from "../../src/domain/clock.ts";
import { attemptLines } from "../support/attempt-lines.ts";
import { seededRandom } from "../support/fake-request.ts";
import { type FakeUpstream, startFakeUpstream } from "../support/fake-upstream.ts";
import { imageRequest } from "../support/requests.ts";
import { startGateway, type TestGateway } from "../support/start-gateway.ts";
import { error, images } from "../support/upstream-acts.ts";
import { wakingClock } from "../support/waking-clock.ts";

const dead = error(500, {});
const ejectionMs = 1_000;

describe("an outage of one of three equal targets", () => {
  it("costs it all traffic but probes, no caller an error, and ends with its share back", async () => {
    const upstreams = await startThree();
    const [, , third] = upstreams;
    const { clock, turn } = turnedClock();
    const gateway = await startGateway(three(upstreams), { clock, random: seededRandom(5) });
    await ask(gateway, 10);
    third.play(dead);
    for (let time = 0; time < 100 && !isOut(gateway); time++) await ask(gateway, 1);
    expect(await healthOf(gateway, "third")).toBe(HealthState.EJECTED);
    const line = await gateway.logged("target out");
    expect(line).toMatchObject({ provider: "third", cause: "ejected", for_ms: ejectionMs });

    const before = third.requests.length;
    const { attempts } = await gateway.generate(imageRequest("boat"));
    expect(attemptLines(attempts)[0]).toBe("FIRST third SKIPPED");
    expect(attempts[0]?.message).toBe("third failed too often and is ejected for another 1 s.");
    const { candidates, skipped } = await gateway.connect.route({
      generate: imageRequest("boat"),
    });
    expect(candidates.map(({ probability }) => probability)).toEqual([0.5, 0.5]);
    expect(skipped.map(({ provider, health }) => [provider, health])).toEqual([
      ["third", HealthState.EJECTED],
    ]);
    expect(third.requests.length).toBe(before);

    // The probe fails, so that it stays out for twice as long.
    turn(ejectionMs);
    await ask(gateway, 30);
    expect(third.requests.length - before).toBe(1);

    third.play(images(30));
    turn(2 * ejectionMs);
    await ask(gateway, 30);
    await gateway.logged("target back");
    turn(ejectionMs);
    const back = third.requests.length;
    await ask(gateway, 60);
    expect(third.requests.length - back).toBeGreaterThan(10);
    expect(await healthOf(gateway, "third")).toBe(HealthState.HEALTHY);
  });
});

describe("an outage of all targets", () => {
  it("adds no more to the traffic than the budget", async () => {
    const upstreams = await startThree();
    const patient = "failures: 1000, min_attempts: 1000";
    const gateway = await startGateway(three(upstreams, patient), { random: seededRandom(5) });
    expect(await failUnder(upstreams, gateway)).toBeLessThanOrEqual(1.25);
    expect(gateway.log.some((line) => line["next"] === "budget_exhausted")).toBe(true);
  });

  it("ends with the providers' recovery: all are ejected, and tried all the same", async () => {
    const upstreams = await startThree();
    const gateway = await startGateway(three(upstreams), { random: seededRandom(5) });
    expect(await failUnder(upstreams, gateway)).toBeLessThanOrEqual(1.25);
    for (const upstream of upstreams) upstream.play(images(10));
    await gateway.generate(imageRequest("boat"));
  });
});

/** How often providers are asked for each of many requests while all of them are dead. */
async function failUnder(
  upstreams: readonly FakeUpstream[],
  gateway: TestGateway,
): Promise<number> {
  for (const upstream of upstreams) upstream.play(dead);
  const burst = 200;
  await Promise.all(Array.from({ length: burst }, () => gateway.failure(imageRequest("boat"))));
  const asked = upstreams.reduce((sum, { requests }) => sum + requests.length, 0);
  expect(asked).toBeGreaterThanOrEqual(burst);
  return asked / burst;
}

async function startThree(): Promise<[FakeUpstream, FakeUpstream, FakeUpstream]> {
  return [
    await startFakeUpstream(images(10)),
    await startFakeUpstream(images(20)),
    await startFakeUpstream(images(30)),
  ];
}

function three(
  [first, second, third]: readonly [FakeUpstream, FakeUpstream, FakeUpstream],
  ejects = "failures: 3",
) {
  const provider = ({ url }: FakeUpstream) => `{ type: openai-compatible, base_url: "${url}" }`;
  return `
server:
  listen: 127.0.0.1:0
  grpc: 127.0.0.1:0
  admin: 127.0.0.1:0
  drain: 500ms
  retry_budget: { floor: 1 }
providers:
  first: ${provider(first)}
  second: ${provider(second)}
  third: ${provider(third)}
routes:
  - models: ["boat"]
    health: { ${ejects}, ejection: ${ejectionMs}ms, slow_start: ${ejectionMs}ms }
    targets: [{ provider: first }, { provider: second }, { provider: third }]
`;
}

async function ask(gateway: TestGateway, times: number): Promise<void> {
  for (let time = 0; time < times; time++) await gateway.generate(imageRequest("boat"));
}

function isOut({ log }: TestGateway): boolean {
  return log.some((line) => line["msg"] === "target out");
}

async function healthOf(gateway: TestGateway, slug: string): Promise<HealthState | undefined> {
  const { providers } = await gateway.connect.listProviders({ pageSize: 100 });
  return providers.find((provider) => provider.slug === slug)?.health;
}

/** A clock on whose windows no time passes but what a test turns it forward by. */
function turnedClock() {
  let turnedMs = 0;
  const clock: Clock = { ...wakingClock, monotonic: () => turnedMs };
  const turn = (ms: number) => {
    turnedMs += ms;
  };
  return { clock, turn };
}

describe("a rehearsed outage", () => {
  it("is the request's own: the next one meets the provider as it was", async () => {
    const gateway = await startGateway(`
sandbox: true
routes:
  - models: [boat]
    targets:
      - { provider: gemini, model: gemini-3-pro-image }
      - { provider: openai, model: gpt-image-2, priority: 1 }
`);
    const faulted = { labels: { "sandbox.fault": "gemini=http-401" } };
    for (let turn = 0; turn < 8; turn++) {
      const { attempts } = await gateway.generate(imageRequest("boat", faulted));
      expect(attemptLines(attempts)).toEqual([
        "FIRST gemini FAILED CREDENTIAL SENT 401",
        "FAILOVER openai SUCCEEDED",
      ]);
    }
    const { provider, attempts } = await gateway.generate(imageRequest("boat"));
    expect([provider, attempts.length]).toEqual(["gemini", 1]);
  });
});
