import { expect, it } from "vitest";
import { attemptLines } from "../support/attempt-lines.ts";
import { type Act, startFakeUpstream } from "../support/fake-upstream.ts";
import { chatRequest } from "../support/requests.ts";
import { startGateway } from "../support/start-gateway.ts";
import { chatStream, events, keepAlive } from "../support/upstream-acts.ts";
import { endlessWords } from "./support/chaos-acts.ts";

it("a stream that only beats its heart is given up, and another provider speaks", async () => {
  const { gateway } = await start(keepAlive);
  const story = await gateway.stream({ generate: chatRequest("boat") });
  expect(textOf(story)).toBe("Ahoy");
  expect(lastAttempts(story)).toEqual([
    "FIRST bad FAILED TIMEOUT AMBIGUOUS 200",
    "FAILOVER good SUCCEEDED",
  ]);
});

it("a stream that never ends is cut when the attempt's time is up, and told as failed", async () => {
  const { gateway, bad } = await start(endlessWords(5));
  const story = await gateway.stream({ generate: chatRequest("boat") });
  expect(textOf(story)).toMatch(/^o+$/);
  expect([story.error?.code, ...(story.error?.reasons ?? [])]).toEqual([
    "UNAVAILABLE",
    "ALL_PROVIDERS_EXHAUSTED",
  ]);
  expect(attemptLines(story.error?.attempts ?? [])).toEqual([
    "FIRST bad FAILED TIMEOUT AMBIGUOUS 200",
  ]);
  await (await bad.arrived(1)).closed;
});

it("a stream whose last events come twice ends once, and its tokens count once", async () => {
  const word = JSON.stringify({ choices: [{ index: 0, delta: { content: "Ahoy" } }] });
  const last = JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
  const usage = JSON.stringify({
    choices: [],
    usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
  });
  const { gateway } = await start(
    events([word, last, last, usage, usage, "[DONE]", "[DONE]"], "as it should"),
  );
  const story = await gateway.stream({ generate: chatRequest("boat") });
  expect(story.error).toBeUndefined();
  expect(story.events.filter(({ case: kind }) => kind === "completed")).toHaveLength(1);
  const { value } = story.events.at(-1) ?? {};
  expect(value).toMatchObject({
    provider: "bad",
    output: { value: { text: "Ahoy" } },
    usage: { inputTokens: 3n, outputTokens: 2n },
  });
});

/** What a stream of the gateway came to. */
type Story = Awaited<ReturnType<Awaited<ReturnType<typeof startGateway>>["stream"]>>;

function textOf({ events: all }: Story): string {
  return all.flatMap((event) => (event.case === "textDelta" ? [event.value.text] : [])).join("");
}

function lastAttempts({ events: all }: Story): string[] {
  const last = all.at(-1);
  return last?.case === "completed" ? attemptLines(last.value.attempts) : [];
}

async function start(does: Act) {
  const bad = await startFakeUpstream(does);
  const good = await startFakeUpstream(chatStream(["Ahoy"], "as it should"));
  const gateway = await startGateway(`
providers:
  bad: { type: openai-compatible, base_url: "${bad.url}", timeout: 300ms }
  good: { type: openai-compatible, base_url: "${good.url}" }
routes:
  - models: [boat]
    targets: [{ provider: bad }, { provider: good, priority: 1 }]
`);
  return { bad, gateway };
}
