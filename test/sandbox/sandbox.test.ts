import { describe, expect, it } from "vitest";
import { embeddedSlugs, eventsOf, openSandbox, plainRequests, requestsOf } from "./open-sandbox.ts";

const slugs = embeddedSlugs;
const streaming = slugs.filter((slug) => requestsOf(slug).stream !== undefined);
const stream = (slug: string) => requestsOf(slug).stream ?? ["", {}];
const chat = (slug: string) => requestsOf(slug).chat ?? ["", {}];
const header = (fault: string): Record<string, string> => ({ "x-spillway-sandbox-fault": fault });

describe("startSandbox", () => {
  it("listens on loopback, with a base URL for each provider", async () => {
    await using open = await openSandbox();
    expect(open.sandbox.origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(Object.keys(open.sandbox.baseUrls).sort()).toEqual([...slugs].sort());
    expect(open.sandbox.baseUrls["gemini"]).toBe(`${open.sandbox.origin}/gemini/v1beta`);
  });

  it.each(slugs)("marks every answer of %s as the sandbox's", async (slug) => {
    await using open = await openSandbox();
    const good = await open.post(slug, ...requestsOf(slug).image);
    const bad = await open.get(slug, "/nowhere");
    expect(good.ok).toBe(true);
    // Model Studio says 400 of an address that it does not have.
    expect(bad.status).toBe(slug === "alibaba" ? 400 : 404);
    expect(good.headers.get("x-spillway-sandbox")).toBe("true");
    expect(bad.headers.get("x-spillway-sandbox")).toBe("true");
  });

  it("counts what would be bought, failed or not, and nothing else", async () => {
    await using open = await openSandbox();
    await open.post("openai", ...plainRequests.openai.chat);
    await open.post("openai", ...plainRequests.openai.chat, header("openai=http-500"));
    await open.get("openai", "/models");
    const created = await open.post("replicate", ...plainRequests.replicate.image);
    const { id } = await created.json();
    await open.get("replicate", `/predictions/${id}`);
    await open.post("replicate", `/predictions/${id}/cancel`, {});
    expect(open.sandbox.submissions()).toEqual({
      ...Object.fromEntries(slugs.map((slug) => [slug, 0])),
      openai: 2,
      replicate: 1,
    });
  });

  it("stops listening when closed, with requests under way", async () => {
    const open = await openSandbox("openai=timeout");
    const waiting = open.post("openai", ...plainRequests.openai.chat).catch(() => "broken");
    while (open.sandbox.submissions()["openai"] === 0) await open.clock.advance(0);
    await open.sandbox.close();
    expect(await waiting).toBe("broken");
    open.sandbox.order([]);
    // The port can be another server's by now, so what counts is who was asked.
    await open.post("openai", ...plainRequests.openai.chat).catch(() => "refused");
    expect(open.sandbox.submissions()["openai"]).toBe(1);
  });
});

describe("a fault on demand", () => {
  it("strikes only the provider and the request that order it", async () => {
    await using open = await openSandbox();
    const struck = await open.post(
      "openai",
      ...plainRequests.openai.chat,
      header("openai=http-503"),
    );
    const after = await open.post("openai", ...plainRequests.openai.chat);
    const other = await open.post(
      "gemini",
      ...plainRequests.gemini.chat,
      header("openai=http-503"),
    );
    expect([struck.status, after.status, other.status]).toEqual([503, 200, 200]);
  });

  it("strikes all traffic when the sandbox is started with it", async () => {
    await using open = await openSandbox("*=http-418");
    for (const slug of slugs) {
      expect((await open.post(slug, ...requestsOf(slug).image)).status).toBe(418);
    }
    expect((await open.get("openai", "/models")).status).toBe(200);
  });

  it("that is misspelt is a bad request that says so", async () => {
    await using open = await openSandbox();
    const answer = await open.post("openai", ...plainRequests.openai.chat, header("openai=boom"));
    expect(answer.status).toBe(400);
    expect((await answer.json()).error.message).toContain("boom");
  });

  it.each(slugs)("makes %s fail with any status in its own form", async (slug) => {
    await using open = await openSandbox();
    for (const status of [400, 401, 402, 403, 404, 429, 500, 502, 503, 504, 529]) {
      const answer = await open.post(
        slug,
        ...requestsOf(slug).image,
        header(`${slug}=http-${status}`),
      );
      expect(answer.status).toBe(status);
      expect(textsIn(await answer.text())).toContainEqual(expect.stringMatching(/\w+ \w+/));
    }
  });

  it.each([
    ["openai", "retry-after", "3"],
    ["openai", "retry-after-ms", "3000"],
    ["openrouter", "retry-after", "3"],
    ["replicate", "retry-after", "3"],
    ["fal", "retry-after", "3"],
    ["runware", "retry-after", null],
    ["fireworks", "retry-after", "3"],
    ["fireworks", "x-ratelimit-over-limit", "yes"],
    ["xai", "retry-after", null],
    ["compatible", "retry-after", "3"],
  ] as const)("limits the rate of %s with %s", async (slug, name, value) => {
    await using open = await openSandbox(`${slug}=rate-limit:3s`);
    const answer = await open.post(slug, ...requestsOf(slug).image);
    expect(answer.status).toBe(429);
    expect(answer.headers.get(name)).toBe(value);
  });

  it("limits the rate of gemini in the body, with no header", async () => {
    await using open = await openSandbox("gemini=rate-limit:3s");
    const answer = await open.post("gemini", ...plainRequests.gemini.chat);
    expect(answer.status).toBe(429);
    expect(answer.headers.has("retry-after")).toBe(false);
    expect((await answer.json()).error.details.at(-1)).toEqual({
      "@type": "type.googleapis.com/google.rpc.RetryInfo",
      retryDelay: "3s",
    });
  });

  it("delays a normal answer", async () => {
    await using open = await openSandbox("openai=slow:2s");
    let status = 0;
    const answer = open.post("openai", ...plainRequests.openai.chat).then((response) => {
      status = response.status;
    });
    while (open.clock.pending() === 0) await open.clock.advance(0);
    await open.clock.advance(1999);
    expect(status).toBe(0);
    await open.clock.advance(1);
    await answer;
    expect(status).toBe(200);
  });

  it("ends its wait when the client leaves", async () => {
    await using open = await openSandbox("openai=slow:2s");
    const leaving = new AbortController();
    const [path, body] = plainRequests.openai.chat;
    const answer = fetch(`${open.sandbox.baseUrls["openai"]}${path}`, {
      method: "POST",
      headers: { authorization: "Bearer k" },
      body: JSON.stringify(body),
      signal: leaving.signal,
    });
    while (open.clock.pending() === 0) await open.clock.advance(0);
    leaving.abort();
    await expect(answer).rejects.toThrow();
    while (open.clock.pending() > 0) await open.clock.advance(0);
  });

  it.each(slugs)("breaks %s's connection before the answer", async (slug) => {
    await using open = await openSandbox(`${slug}=reset`);
    await expect(open.post(slug, ...requestsOf(slug).image)).rejects.toThrow();
    expect(open.sandbox.submissions()[slug]).toBe(1);
  });

  it.each(slugs)("cuts %s's answer in the middle of its body", async (slug) => {
    await using open = await openSandbox(`${slug}=cut-stream`);
    const answer = await open.post(slug, ...requestsOf(slug).image);
    expect(answer.ok).toBe(true);
    await expect(answer.text()).rejects.toThrow();
  });

  it.each(streaming)("cuts %s's stream after some content", async (slug) => {
    await using open = await openSandbox(`${slug}=cut-stream`);
    const answer = await open.post(slug, ...stream(slug));
    let text = "";
    await expect(
      (async () => {
        const decoder = new TextDecoder();
        for await (const chunk of answer.body ?? []) text += decoder.decode(chunk);
      })(),
    ).rejects.toThrow();
    expect(text).toContain("data: ");
    expect(text).not.toContain("[DONE]");
  });

  it.each(slugs)("makes %s answer with a page in place of an answer", async (slug) => {
    await using open = await openSandbox(`${slug}=garbage`);
    const answer = await open.post(slug, ...requestsOf(slug).image);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain("<html>");
  });

  it.each(streaming)("makes %s stream broken JSON", async (slug) => {
    await using open = await openSandbox(`${slug}=garbage`);
    const answer = await open.post(slug, ...stream(slug));
    expect(answer.headers.get("content-type")).toContain("text/event-stream");
    const first = /^data: (.*)$/m.exec(await answer.text())?.[1] ?? "";
    expect(() => JSON.parse(first)).toThrow();
  });

  it.each(streaming)("makes %s fail a second after it began", async (slug) => {
    await using open = await openSandbox(`${slug}=fail-late`);
    const answer = open.post(slug, ...chat(slug));
    while (open.clock.pending() === 0) await open.clock.advance(0);
    await open.clock.advance(1000);
    expect((await answer).status).toBe(500);
  });

  it.each(streaming)("makes %s fail inside its stream, after content", async (slug) => {
    await using open = await openSandbox(`${slug}=fail-late`);
    const answer = await open.post(slug, ...stream(slug));
    expect(answer.status).toBe(200);
    const events = eventsOf(await answer.text());
    const failed = events.findIndex((event) => event.error ?? event.error_message);
    expect(failed).toBeGreaterThan(0);
    expect(events.slice(failed + 1).filter((event) => event !== "[DONE]")).toEqual([]);
  });

  it("paces a stream by the clock", async () => {
    await using open = await openSandbox("", 40);
    const answer = await open.post("openai", ...plainRequests.openai.stream);
    const text = answer.text();
    let waited = 0;
    let ended = false;
    text.then(() => {
      ended = true;
    });
    while (!ended) {
      // Turned only where somebody waits: a wait that begins in the turn would end in it, uncounted.
      const step = open.clock.pending() > 0 ? 40 : 0;
      waited += step;
      await open.clock.advance(step);
    }
    const pieces = eventsOf(await text).filter((event) => event.choices?.[0]?.delta.content);
    expect(pieces.length).toBeGreaterThan(5);
    expect(waited).toBeGreaterThanOrEqual(pieces.length * 40);
  });
});

/** Every text in a body of JSON, or the body itself where it is none: the edges of some vendors'. */
function textsIn(body: string): readonly string[] {
  const texts: string[] = [];
  const look = (value: unknown): void => {
    if (typeof value === "string") texts.push(value);
    if (typeof value === "object" && value !== null) Object.values(value).forEach(look);
  };
  look(/^[[{]/.test(body) ? JSON.parse(body) : body);
  return texts;
}
