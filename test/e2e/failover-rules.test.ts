import { describe, expect, it } from "vitest";
import { AttemptOutcome, FailureClass } from "../../gen/spillway/v1/attempt_pb.ts";
import type { GenerateResponse } from "../../gen/spillway/v1/generate_pb.ts";
import { RefusalPolicy } from "../../gen/spillway/v1/generate_pb.ts";
import { attemptLines } from "../support/attempt-lines.ts";
import { seededRandom } from "../support/fake-request.ts";
import {
  type FakeUpstream,
  startFakeUpstream,
  startResettingServer,
} from "../support/fake-upstream.ts";
import { imageRequest } from "../support/requests.ts";
import { startGateway } from "../support/start-gateway.ts";
import { milliseconds } from "../support/told-error.ts";
import { error, images } from "../support/upstream-acts.ts";

const overloaded = error(503, {});
const refusal = error(400, { code: "content_policy_violation" });

describe("groups and weights", () => {
  it("share the first group's traffic by weight, pass over who fails, and leave the second group alone", async () => {
    const [heavy, light, broken, spare] = [
      await startFakeUpstream(images(10)),
      await startFakeUpstream(images(20)),
      await startFakeUpstream(overloaded),
      await startFakeUpstream(images(40)),
    ];
    const gateway = await startGateway(
      `${fleet({ heavy, light, broken, spare })}
routes:
  - models: ["boat"]
    targets:
      - { provider: heavy, weight: 60 }
      - { provider: light, weight: 20 }
      - { provider: broken, weight: 20 }
      - { provider: spare, priority: 1 }
`,
      { random: seededRandom(7) },
    );
    const winners: string[] = [];
    for (let count = 0; count < 40; count++) {
      const { provider, attempts } = await gateway.generate(imageRequest("boat"));
      winners.push(provider);
      const asked = attempts.filter(({ outcome }) => outcome !== AttemptOutcome.SKIPPED);
      expect(asked.length).toBeLessThanOrEqual(2);
    }
    const share = winners.filter((provider) => provider === "heavy").length / winners.length;
    expect(share).toBeGreaterThan(0.55);
    expect(share).toBeLessThan(0.95);
    expect(winners).not.toContain("broken");
    expect(winners).toContain("light");
    expect(broken.requests.length).toBeGreaterThan(0);
    expect(spare.connections).toBe(0);
  });

  it("come to the second group once the whole first one has failed", async () => {
    const [left, right, spare] = [
      await startFakeUpstream(overloaded),
      await startFakeUpstream(error(401, {})),
      await startFakeUpstream(images(40)),
    ];
    const gateway = await startGateway(`${fleet({ left, right, spare })}
routes:
  - models: ["boat"]
    targets:
      - { provider: spare, priority: 1 }
      - { provider: left, weight: 1 }
      - { provider: right, weight: 1 }
`);
    const { attempts } = await gateway.generate(imageRequest("boat"));
    expect(attemptLines(attempts)).toEqual([
      "FIRST left FAILED OVERLOADED SENT 503",
      "FAILOVER right FAILED CREDENTIAL SENT 401",
      "FAILOVER spare SUCCEEDED",
    ]);
    expect(attempts.map(({ number, priority, weight }) => [number, priority, weight])).toEqual([
      [1, 0, 1],
      [2, 0, 1],
      [3, 1, 1],
    ]);
  });
});

describe("a request's own wishes", () => {
  it("a provider that is forced by its prefix is not failed over", async () => {
    const { gateway, second } = await pair(overloaded);
    const told = await gateway.failure(imageRequest("first/boat"));
    expect([told.code, ...told.reasons]).toEqual(["UNAVAILABLE", "ALL_PROVIDERS_EXHAUSTED"]);
    expect(attemptLines(told.attempts)).toEqual(["FIRST first FAILED OVERLOADED SENT 503"]);
    expect(second.connections).toBe(0);
  });

  it("a provider that alone is allowed is not failed over either", async () => {
    const { gateway, second } = await pair(overloaded);
    const told = await gateway.failure(imageRequest("boat", { routing: { only: ["first"] } }));
    expect(attemptLines(told.attempts).at(-1)).toBe("FIRST first FAILED OVERLOADED SENT 503");
    expect(second.connections).toBe(0);
  });

  it("a refusal goes on to the next provider when the request says so", async () => {
    const { gateway } = await pair(refusal);
    const routing = { onRefusal: RefusalPolicy.NEXT };
    const { attempts } = await gateway.generate(imageRequest("boat", { routing }));
    expect(attemptLines(attempts)).toEqual([
      "FIRST first FAILED REFUSED SENT 400",
      "FAILOVER second SUCCEEDED",
    ]);
  });

  it("a refusal goes on when the rule says so, unless the request forbids it", async () => {
    const { gateway, second } = await pair(refusal, "on_refusal: next");
    await gateway.generate(imageRequest("boat"));
    expect(second.requests).toHaveLength(1);
    const routing = { onRefusal: RefusalPolicy.STOP };
    const told = await gateway.failure(imageRequest("boat", { routing }));
    expect(told.reasons).toEqual(["CONTENT_REFUSED"]);
    expect(second.requests).toHaveLength(1);
  });

  it("max_attempts counts retries, and the last failure is the answer", async () => {
    const { gateway, first, second } = await pair(error(500, {}));
    const told = await gateway.failure(imageRequest("boat", { routing: { maxAttempts: 2 } }));
    expect(told.reasons).toEqual(["ALL_PROVIDERS_EXHAUSTED"]);
    expect(attemptLines(told.attempts)).toEqual([
      "FIRST first FAILED SERVER_FAULT SENT 500",
      "RETRY first FAILED SERVER_FAULT SENT 500",
    ]);
    expect([first.requests.length, second.connections]).toEqual([2, 0]);
  });

  it("four attempts are the most unless the request says otherwise", async () => {
    const upstreams = await Promise.all(
      ["a", "b", "c", "d", "e"].map(
        async (slug) => [slug, await startFakeUpstream(overloaded)] as const,
      ),
    );
    const gateway = await startGateway(`${fleet(Object.fromEntries(upstreams))}
routes:
  - models: ["boat"]
    targets:
${upstreams.map(([slug], priority) => `      - { provider: ${slug}, priority: ${priority} }`).join("\n")}
`);
    expect((await gateway.failure(imageRequest("boat"))).attempts).toHaveLength(4);
    const routing = { maxAttempts: 5 };
    expect((await gateway.failure(imageRequest("boat", { routing }))).attempts).toHaveLength(5);
  });

  it("fallback models are tried once every target of the model has failed", async () => {
    const { gateway } = await pair(overloaded);
    const { model, attempts } = await gateway.generate(
      imageRequest("first-only", { fallbackModels: ["second-only"] }),
    );
    expect(model).toBe("second-only");
    expect(attemptLines(attempts)).toEqual([
      "FIRST first FAILED OVERLOADED SENT 503",
      "FALLBACK_MODEL second SUCCEEDED",
    ]);
  });
});

describe("waits that providers ask for", () => {
  it("are kept when there is nobody else to ask", async () => {
    const { gateway, first } = await pair(error(429, {}, { "retry-after": "1" }));
    const asked = gateway.generate(imageRequest("first-only"));
    await first.arrived(1);
    first.play(images(10));
    const { attempts } = await asked;
    expect(attemptLines(attempts)).toEqual([
      "FIRST first FAILED OVERLOADED SENT 429",
      "RETRY first SUCCEEDED",
    ]);
    expect(milliseconds(attempts[0]?.retryAfter)).toBe(1000);
    const [before, after] = attempts.map(
      ({ startTime }) => Number(startTime?.seconds) * 1000 + Number(startTime?.nanos) / 1e6,
    );
    expect(Number(after) - Number(before)).toBeGreaterThanOrEqual(999);
  });

  it("come to the caller as the smallest of them when everybody fails", async () => {
    const { gateway, second } = await pair(error(429, {}, { "retry-after": "30" }));
    second.play(error(503, {}, { "retry-after": "20" }));
    const told = await gateway.failure(imageRequest("boat"));
    expect(told.attempts.map(({ retryAfter }) => milliseconds(retryAfter))).toEqual([
      30_000, 20_000,
    ]);
    expect(told.retryAfterMs).toBe(20_000);
  });
});

describe("images that come in part", () => {
  it("are kept, and only the missing ones are asked of the next provider", async () => {
    const { gateway, first, second } = await pair(images(10, 1));
    const response = await gateway.generate(imageRequest("boat", {}, 3));
    expect(attemptLines(response.attempts)).toEqual([
      "FIRST first PARTIAL SERVER_FAULT SENT 200",
      "MISSING_IMAGES second SUCCEEDED",
    ]);
    expect(
      [first, second].map(({ requests }) => requests.map((asked) => asked.json()["n"])),
    ).toEqual([[3], [2]]);
    expect(madeBy(response)).toEqual(["10 first", "20 second", "20 second"]);
  });

  it("are the result when nobody has the rest", async () => {
    const { gateway } = await pair(images(10, 1));
    const response = await gateway.generate(
      imageRequest("boat", { routing: { exclude: ["second"], maxAttempts: 1 } }, 3),
    );
    expect(madeBy(response)).toEqual(["10 first"]);
    expect(response.attempts.at(-1)).toMatchObject({
      outcome: AttemptOutcome.PARTIAL,
      failure: FailureClass.SERVER_FAULT,
    });
  });
});

it("a connection that is reset as soon as it is there counts as never sent or as ambiguous, by how far the request had got", async () => {
  const second = await startFakeUpstream(images(20));
  const gateway = await startGateway(`
providers:
  first: { type: openai-compatible, base_url: "${await startResettingServer()}" }
  second: { type: openai-compatible, base_url: "${second.url}" }
routes:
  - models: ["boat"]
    targets: [{ provider: first }, { provider: second, priority: 1 }]
`);
  const { attempts } = await gateway.generate(imageRequest("boat"));
  const failed = attemptLines(attempts.slice(0, -1));
  for (const line of failed) {
    expect(line).toMatch(/first FAILED (NEVER_SENT NOT_SENT|AMBIGUOUS AMBIGUOUS) -$/);
  }
  expect(attemptLines(attempts.slice(-1))).toEqual(["FAILOVER second SUCCEEDED"]);
});

/** Two providers of the model "boat", the second only after the first, and each alone. */
async function pair(firstDoes: ReturnType<typeof error>, ruleSays = "on_refusal: stop") {
  const first = await startFakeUpstream(firstDoes);
  const second = await startFakeUpstream(images(20));
  const gateway = await startGateway(`${fleet({ first, second })}
routes:
  - models: ["boat"]
    ${ruleSays}
    targets: [{ provider: first }, { provider: second, priority: 1 }]
  - models: ["first-only"]
    targets: [{ provider: first }]
  - models: ["second-only"]
    targets: [{ provider: second }]
`);
  return { first, second, gateway };
}

function fleet(upstreams: Readonly<Record<string, FakeUpstream>>): string {
  const lines = Object.entries(upstreams).map(
    ([slug, { url }]) => `  ${slug}: { type: openai-compatible, base_url: "${url}", timeout: 5s }`,
  );
  return `providers:\n${lines.join("\n")}`;
}

/** The width and the maker of each image of a response. */
function madeBy({ output }: GenerateResponse): string[] {
  if (output.case !== "images") throw new Error("no images");
  return output.value.images.map(({ width, provider }) => `${width} ${provider}`);
}
