import { describe, expect, it } from "vitest";
import { CostBasis } from "../../gen/spillway/v1/cost_pb.ts";
import { DuplicateSpend } from "../../gen/spillway/v1/generate_pb.ts";
import { attemptLines } from "../support/attempt-lines.ts";
import { type Act, startFakeUpstream } from "../support/fake-upstream.ts";
import { chatRequest, imageRequest } from "../support/requests.ts";
import { startGateway } from "../support/start-gateway.ts";
import { chat, chatStream, error, held, images, silence } from "../support/upstream-acts.ts";

/** A gateway that asks the second provider when the first one says nothing for a while. */
async function start(first: Act, second: Act, hedge = "hedge: { after: 20ms }") {
  const [slow, quick] = [await startFakeUpstream(first), await startFakeUpstream(second)];
  const gateway = await startGateway(`
providers:
  slow: { type: openai-compatible, base_url: "${slow.url}" }
  quick: { type: openai-compatible, base_url: "${quick.url}" }
routes:
  - models: ["boat"]
    ${hedge}
    targets: [{ provider: slow }, { provider: quick, priority: 1 }]
`);
  return { gateway, slow, quick };
}

describe("a slow first attempt", () => {
  it("is cancelled at its provider when the hedge answers, and reported with what it may cost", async () => {
    const { gateway, slow } = await start(silence, chat("Ahoy"));
    const response = await gateway.generate(chatRequest("boat"));
    expect(response).toMatchObject({
      provider: "quick",
      output: { case: "chat", value: { text: "Ahoy" } },
      cost: { basis: CostBasis.UNKNOWN },
    });
    expect(attemptLines(response.attempts)).toEqual([
      "FIRST slow CANCELLED CANCELLED AMBIGUOUS -",
      "HEDGE quick SUCCEEDED",
    ]);
    expect(response.attempts[0]?.message).toBe("Another attempt was first.");
    // The provider sees it: the connection closes.
    await slow.requests[0]?.closed;
    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
    const hedges = metrics
      .split("\n")
      .filter((line) => /^spillway_attempts_total\{.*reason="hedge"/.test(line));
    expect(hedges).toHaveLength(1);
    expect(hedges[0]).toMatch(/outcome="succeeded".* 1$/);
  });

  it("is hedged in a stream as well, and the caller reads one answer", async () => {
    const { gateway, slow } = await start(silence, chatStream(["Ahoy", "!"], "as it should"));
    const words: string[] = [];
    let provider = "";
    for await (const { event } of gateway.connect.streamGenerate({
      generate: chatRequest("boat"),
    })) {
      if (event.case === "textDelta") words.push(event.value.text);
      if (event.case === "completed") provider = event.value.provider;
    }
    expect([words.join(""), provider]).toEqual(["Ahoy!", "quick"]);
    await slow.requests[0]?.closed;
  });

  it("is hedged once for all who ask with the same key, now and later", async () => {
    const { gateway, slow, quick } = await start(silence, chat("Ahoy"));
    const ask = () => gateway.generate(chatRequest("boat", { idempotencyKey: "k" }));
    const together = await Promise.all([ask(), ask(), ask()]);
    const later = await ask();
    expect([...together, later].map(({ provider }) => provider)).toEqual(Array(4).fill("quick"));
    expect(together.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(later.replayed).toBe(true);
    expect([slow.requests.length, quick.requests.length]).toEqual([1, 1]);
  });

  it("is waited for when the hedge fails", async () => {
    const late = held(chat("Late"));
    const { gateway, slow, quick } = await start(late, error(503, {}));
    const answer = gateway.generate(chatRequest("boat"));
    await slow.arrived(1);
    const failed = await gateway.logged("attempt failed");
    late.release();
    const response = await answer;
    expect(attemptLines(response.attempts)).toEqual([
      "FIRST slow SUCCEEDED",
      "HEDGE quick FAILED OVERLOADED SENT 503",
    ]);
    expect(quick.requests).toHaveLength(1);
    expect(failed).toMatchObject({ provider: "quick", attempt: 2, next: "wait" });
  });
});

describe("Route", () => {
  const delayOf = async (
    { gateway }: Awaited<ReturnType<typeof start>>,
    generate: ReturnType<typeof chatRequest>,
  ) => (await gateway.connect.route({ generate })).hedge;

  it("tells for each request whether it would be hedged, and when", async () => {
    const world = await start(silence, silence, "hedge: { after: 800ms }");
    expect(await delayOf(world, chatRequest("boat"))).toMatchObject({
      delay: { seconds: 0n, nanos: 800_000_000 },
      percentile: 0,
      paidImages: false,
    });
    const forbidden = { routing: { duplicateSpend: DuplicateSpend.FORBID } };
    expect(await delayOf(world, chatRequest("boat", forbidden))).toBeUndefined();
    expect(await delayOf(world, chatRequest("slow/boat"))).toBeUndefined();
    expect(await delayOf(world, imageRequest("boat"))).toBeUndefined();
  });

  it("tells the percentile as soon as it is known", async () => {
    const world = await start(images(10), images(20), "hedge: { after: p95, paid_images: true }");
    const unknown = await delayOf(world, imageRequest("boat"));
    expect(unknown).toMatchObject({ percentile: 95, paidImages: true });
    expect(unknown?.delay).toBeUndefined();
    for (let request = 0; request < 20; request++) {
      await world.gateway.generate(imageRequest("boat"));
    }
    expect((await delayOf(world, imageRequest("boat")))?.delay).toBeDefined();
    expect(world.quick.requests).toHaveLength(0);
  });
});
