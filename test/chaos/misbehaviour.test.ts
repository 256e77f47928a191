import { describe, expect, it } from "vitest";
import { attemptLines } from "../support/attempt-lines.ts";
import {
  type Act,
  refusingUrl,
  startFakeUpstream,
  startResettingServer,
} from "../support/fake-upstream.ts";
import { chatRequest, imageRequest } from "../support/requests.ts";
import { startGateway } from "../support/start-gateway.ts";
import {
  body,
  chat,
  drip,
  error,
  images,
  json,
  page,
  resetAfterBody,
  resetBeforeBody,
  silence,
  truncated,
} from "../support/upstream-acts.ts";
import { within } from "../support/within.ts";
import { startBlackHole, startUntrusted, startWithoutTls } from "./support/bad-servers.ts";
import { after, flood, gzipBomb, inTurn } from "./support/chaos-acts.ts";

/** One way in which a provider misbehaves, and what it is to be called. */
interface Misbehaviour {
  readonly name: string;
  /** What its server does, or where it is. */
  readonly does: Act | (() => Promise<string>);
  /** The class of its failure. */
  readonly failure: string;
  readonly request?: typeof imageRequest;
  /** The time of one attempt, in milliseconds. Default 250. */
  readonly attemptMs?: number;
}

/** The caller's time for everything, in milliseconds: a failure that came later would be its end. */
const deadlineMs = 4_000;

const misbehaviours: readonly Misbehaviour[] = [
  { name: "refuses connections", does: refusingUrl, failure: "NEVER_SENT" },
  { name: "resets a connection after the body", does: resetAfterBody, failure: "AMBIGUOUS" },
  {
    name: "resets a connection with the body unread",
    does: resetBeforeBody,
    failure: "AMBIGUOUS",
  },
  {
    name: "resets a connection as soon as it is there",
    does: startResettingServer,
    failure: "NEVER_SENT|AMBIGUOUS",
  },
  { name: "accepts connections and never reads", does: startBlackHole, failure: "TIMEOUT" },
  { name: "reads and never answers", does: silence, failure: "TIMEOUT" },
  { name: "is late with its headers", does: after(2000, images(10)), failure: "TIMEOUT" },
  {
    name: "is late with its body",
    does: drip({ data: [{ b64_json: "A".repeat(1000) }] }, 50),
    failure: "TIMEOUT",
  },
  {
    name: "sends a byte at a time, each long before anything would call it idle",
    does: drip({ data: [{ b64_json: "A".repeat(4000) }] }, 1),
    failure: "TIMEOUT",
  },
  {
    name: "answers 429 and says when to come back",
    does: error(429, {}, { "retry-after": "30" }),
    failure: "OVERLOADED",
  },
  { name: "answers 429 and does not say when", does: error(429, {}), failure: "OVERLOADED" },
  {
    name: "answers 429 and asks for a wait of years",
    does: error(429, {}, { "retry-after": "99999999999" }),
    failure: "OVERLOADED",
  },
  {
    name: "answers 503 and names a day that is over",
    does: error(503, {}, { "retry-after": "Sun, 06 Nov 1994 08:49:37 GMT" }),
    failure: "OVERLOADED",
  },
  {
    name: "sends a picture and calls it JSON",
    does: body(200, "\x89PNG\r\n\x1a\n", { "content-type": "application/json" }),
    failure: "SERVER_FAULT",
  },
  {
    name: "sends JSON that holds none of what was asked and calls it a picture",
    does: body(200, '{"ok":true}', { "content-type": "image/png" }),
    failure: "SERVER_FAULT",
  },
  { name: "sends a web page under 200", does: page(200), failure: "SERVER_FAULT" },
  { name: "breaks off in the middle of its JSON", does: truncated, failure: "SERVER_FAULT" },
  {
    name: "ends in the middle of its JSON, politely",
    does: body(200, '{"choices":[{"message":{"content":"Ah', {
      "content-type": "application/json",
    }),
    request: chatRequest,
    failure: "SERVER_FAULT",
  },
  {
    name: "nests its JSON deeper than anyone can follow",
    does: body(200, "[".repeat(100_000), { "content-type": "application/json" }),
    failure: "SERVER_FAULT",
  },
  {
    name: "sends 100 MB of what is no JSON",
    does: flood(200, { "content-type": "application/json" }, 1e8),
    failure: "SERVER_FAULT|TIMEOUT",
    attemptMs: 1500,
  },
  {
    name: "announces more bytes than any memory should hold",
    does: flood(200, { "content-type": "application/json", "content-length": "300000000" }, 3e8),
    failure: "SERVER_FAULT",
  },
  {
    name: "answers with what is no HTTP",
    does: { play: ({ socket }) => void socket.end("SSH-2.0-OpenSSH_9.9\r\n") },
    failure: "AMBIGUOUS",
  },
  { name: "has a certificate that nobody trusts", does: startUntrusted, failure: "NEVER_SENT" },
  { name: "has no TLS where it should", does: startWithoutTls, failure: "NEVER_SENT" },
  {
    name: "has a name that nobody knows",
    // Its label is too long for any name server, so that none is asked.
    does: async () => `http://${"a".repeat(64)}.invalid/v1`,
    failure: "NEVER_SENT",
    attemptMs: 1000,
  },
  {
    name: "is refused, reset, silent and broken in turn",
    does: inTurn(resetAfterBody, error(500, {}), truncated, page(502)),
    failure: "AMBIGUOUS|SERVER_FAULT",
  },
  { name: "answers with null", does: json(200, null), failure: "SERVER_FAULT" },
];

describe("a provider that", () => {
  it.each(misbehaviours)("$name fails in time, by its class, and is stood in for", async (row) => {
    const { does, failure, request = imageRequest, attemptMs = 250 } = row;
    const bad = typeof does === "function" ? await does() : (await startFakeUpstream(does)).url;
    const good = await startFakeUpstream(request === imageRequest ? images(20) : chat("Ahoy"));
    const gateway = await startGateway(`
providers:
  bad: { type: openai-compatible, base_url: "${bad}", timeout: ${attemptMs}ms }
  good: { type: openai-compatible, base_url: "${good.url}", timeout: 3s }
routes:
  - models: [lonely-boat]
    targets: [{ provider: bad }]
  - models: [boat]
    targets: [{ provider: bad }, { provider: good, priority: 1 }]
`);
    const told = await gateway.failure(request("lonely-boat"), within(deadlineMs));
    expect([told.code, ...told.reasons]).toEqual(["UNAVAILABLE", "ALL_PROVIDERS_EXHAUSTED"]);
    for (const line of attemptLines(told.attempts)) {
      expect(line).toMatch(new RegExp(`^(FIRST|RETRY) bad FAILED (${failure}) `));
    }
    const { provider } = await gateway.generate(request("boat"), within(deadlineMs));
    expect(provider).toBe("good");
  });
});

describe("of an answer that is too long", () => {
  it("only the beginning is read when it is an error of 100 MB", async () => {
    const long = flood(500, { "content-type": "text/plain" }, 1e8);
    const { bad, lines } = await askOnce(long);
    expect(lines).toEqual(["FIRST bad FAILED SERVER_FAULT SENT 500"]);
    await (await bad.arrived(1)).closed;
    // One mebibyte, and what two sockets hold.
    expect(long.sent).toBeLessThan(3e7);
  });

  it("no more is decoded than memory should hold, however small it was", async () => {
    const { lines } = await askOnce(gzipBomb(300), chatRequest);
    expect(lines).toEqual(["FIRST bad FAILED SERVER_FAULT SENT 200"]);
  });
});

/** Asks a provider that alone has the model, once. */
async function askOnce(does: Act, request = imageRequest) {
  const bad = await startFakeUpstream(does);
  const gateway = await startGateway(`
providers:
  bad: { type: openai-compatible, base_url: "${bad.url}" }
routes:
  - models: [boat]
    targets: [{ provider: bad }]
`);
  const told = await gateway.failure(request("boat", { routing: { maxAttempts: 1 } }));
  return { bad, lines: attemptLines(told.attempts) };
}
