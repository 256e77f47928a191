import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { Secret } from "../../src/domain/secret.ts";
import type { EndpointSettings } from "../../src/providers/endpoint-settings.ts";
import type { GoogleTokenResult } from "../../src/transport/google-token-source.ts";
import { GoogleTokens } from "../../src/transport/google-tokens.ts";
import type { ExchangeResult, Transport } from "../../src/transport/transport.ts";
import { manualClock } from "../support/manual-clock.ts";
import { impersonation, privateKeyLine, tokenServer } from "./google-token-server.ts";
import {
  answerJson,
  deferred,
  endpointAt,
  exchangeWith,
  httpServer,
  refusingOrigin,
  transport,
} from "./support.ts";

const minute = 60_000;
const scheme = { kind: "google_oauth" } as const;

/** A server in the place of Vertex AI that keeps what each request presented. */
async function vertexServer(
  answer: (response: ServerResponse, number: number) => void = (response) =>
    answerJson(response, {}),
): Promise<{ origin: string; seen: IncomingHttpHeaders[] }> {
  const seen: IncomingHttpHeaders[] = [];
  const origin = await httpServer((request, response) => {
    seen.push(request.headers);
    answer(response, seen.length);
  });
  return { origin, seen };
}

function ask(
  by: Transport,
  origin: string,
  key: Secret | undefined,
  rest: { readonly signal?: AbortSignal; readonly settings?: EndpointSettings } = {},
): Promise<ExchangeResult> {
  const { settings = { project: "demo-1" }, ...others } = rest;
  const endpoint = endpointAt(origin, { credential: scheme, settings });
  return by.call(exchangeWith(origin, {}, { ...others, endpoint, ...(key && { key }) }));
}

function failureIn(result: ExchangeResult) {
  if (result.kind !== "failed") throw new Error("it did not fail");
  return result.failure;
}

describe("an access token of Google's", () => {
  it("is fetched for a service account by a signed assertion", async () => {
    const { origin, seen } = await vertexServer();
    const server = await tokenServer();
    await ask(transport(), origin, server.credentials);
    expect(seen[0]?.authorization).toBe("Bearer ya29.1");
    expect(seen[0]).not.toHaveProperty("x-goog-user-project");
    expect(server.assertions).toMatchObject([
      {
        header: { alg: "RS256" },
        claims: {
          iss: "spillway@demo-1.iam.gserviceaccount.com",
          scope: "https://www.googleapis.com/auth/cloud-platform",
          aud: "https://oauth2.googleapis.com/token",
        },
        isSigned: true,
      },
    ]);
    const { iat, exp } = server.assertions[0]?.claims ?? {};
    expect(Number(exp) - Number(iat)).toBe(3600);
  });

  it("is fetched once for all calls that its life sees", async () => {
    const { origin, seen } = await vertexServer();
    const server = await tokenServer();
    const clock = manualClock(Date.now());
    const by = transport({ clock });
    await ask(by, origin, server.credentials);
    await clock.advance(54 * minute);
    await ask(by, origin, server.credentials);
    expect(seen.map(({ authorization }) => authorization)).toEqual([
      "Bearer ya29.1",
      "Bearer ya29.1",
    ]);
    expect(server.assertions).toHaveLength(1);
  });

  it("is fetched once by calls that want it at the same time", async () => {
    const { origin, seen } = await vertexServer();
    const server = await tokenServer();
    const by = transport();
    await Promise.all(Array.from({ length: 8 }, () => ask(by, origin, server.credentials)));
    expect(seen).toHaveLength(8);
    expect(server.assertions).toHaveLength(1);
  });

  it("is another one for another credential", async () => {
    const { origin, seen } = await vertexServer();
    const [one, other] = [await tokenServer(), await tokenServer()];
    const by = transport();
    await ask(by, origin, one.credentials);
    await ask(by, origin, other.credentials);
    expect([one.assertions.length, other.assertions.length, seen.length]).toEqual([1, 1, 2]);
  });

  it("is replaced five minutes before its end, while it still serves", async () => {
    const { origin, seen } = await vertexServer();
    const server = await tokenServer();
    const clock = manualClock(Date.now());
    const by = transport({ clock });
    await ask(by, origin, server.credentials);
    const asked = deferred<void>();
    const held = deferred<void>();
    const { answer } = server;
    server.answer = (response, number) => {
      asked.resolve();
      held.promise.then(() => answer(response, number));
    };
    await clock.advance(56 * minute);
    await ask(by, origin, server.credentials);
    await asked.promise;
    held.resolve();
    while (seen.at(-1)?.authorization !== "Bearer ya29.2") {
      await ask(by, origin, server.credentials);
    }
    expect(seen[1]?.authorization).toBe("Bearer ya29.1");
    expect(server.assertions).toHaveLength(2);
  });

  it("is waited for once it has ended", async () => {
    const { origin, seen } = await vertexServer();
    const server = await tokenServer();
    const clock = manualClock(Date.now());
    const by = transport({ clock });
    await ask(by, origin, server.credentials);
    await clock.advance(60 * minute);
    await ask(by, origin, server.credentials);
    expect(seen[1]?.authorization).toBe("Bearer ya29.2");
  });

  it("is fetched anew, once, when Google does not take it", async () => {
    const unauthenticated = { error: { code: 401, status: "UNAUTHENTICATED" } };
    const { origin, seen } = await vertexServer((response, number) =>
      answerJson(response, unauthenticated, number === 2 ? 401 : 200),
    );
    const server = await tokenServer();
    const by = transport();
    await ask(by, origin, server.credentials);
    const result = await ask(by, origin, server.credentials);
    expect(result).toMatchObject({ kind: "reply", reply: { status: 200 } });
    expect(seen.map(({ authorization }) => authorization)).toEqual([
      "Bearer ya29.1",
      "Bearer ya29.1",
      "Bearer ya29.2",
    ]);
  });

  it("is fetched anew, too, where it is of an impersonated identity", async () => {
    const { origin, seen } = await vertexServer((response, number) =>
      answerJson(response, {}, number === 1 ? 401 : 200),
    );
    const result = await ask(transport(), origin, await impersonation());
    expect(result).toMatchObject({ kind: "reply", reply: { status: 200 } });
    expect(seen.map(({ authorization }) => authorization)).toEqual([
      "Bearer ya29.1",
      "Bearer ya29.2",
    ]);
  });

  it("is given up when Google takes no other one either", async () => {
    const { origin, seen } = await vertexServer((response) => answerJson(response, {}, 401));
    const server = await tokenServer();
    const result = await ask(transport(), origin, server.credentials);
    expect(result).toMatchObject({ kind: "reply", reply: { status: 401 } });
    expect(seen).toHaveLength(2);
  });

  it("is the key itself when that is one", async () => {
    const { origin, seen } = await vertexServer((response) => answerJson(response, {}, 401));
    await ask(transport(), origin, new Secret("ya29.mine"));
    expect(seen.map(({ authorization }) => authorization)).toEqual(["Bearer ya29.mine"]);
  });

  it("is presented with a stream, too", async () => {
    const { origin, seen } = await vertexServer((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).end("data: {}\n\n");
    });
    const server = await tokenServer();
    const endpoint = endpointAt(origin, { credential: scheme });
    const exchange = exchangeWith(origin, {}, { endpoint, key: server.credentials });
    const result = await transport().stream(exchange, () => undefined);
    expect(result.kind).toBe("ended");
    expect(seen[0]?.authorization).toBe("Bearer ya29.1");
  });

  it("says whose quota it uses, where the credential says so", async () => {
    const { origin, seen } = await vertexServer();
    const server = await tokenServer({ quota_project_id: "pays-for-it" });
    await ask(transport(), origin, server.credentials);
    expect(seen[0]?.["x-goog-user-project"]).toBe("pays-for-it");
  });

  it("uses the quota of the project that is worked in when it is a user's", async () => {
    const { origin, seen } = await vertexServer();
    const server = await tokenServer({
      type: "authorized_user",
      client_id: "c",
      client_secret: "s",
      refresh_token: "r",
    });
    await ask(transport(), origin, server.credentials);
    expect(seen[0]).toMatchObject({
      authorization: "Bearer ya29.1",
      "x-goog-user-project": "demo-1",
    });
  });

  it("takes a private key whose line breaks are written out", async () => {
    const { origin, seen } = await vertexServer();
    const server = await tokenServer();
    const account = JSON.parse(server.credentials.reveal());
    account.private_key = account.private_key.replaceAll("\n", "\\n");
    await ask(transport(), origin, new Secret(JSON.stringify(account)));
    expect(seen[0]?.authorization).toBe("Bearer ya29.1");
  });
});

describe("an access token that cannot be had", () => {
  it.each([
    [400, "invalid_grant", "clock is wrong"],
    [401, "unauthorized_client", "does not allow"],
    [400, "invalid_scope", "Vertex AI"],
    [403, "a code of tomorrow", "refuses to give"],
  ])(
    "for HTTP %i %s fails as a credential, before anything is sent",
    async (status, error, words) => {
      const { origin, seen } = await vertexServer();
      const server = await tokenServer();
      server.answer = (response) => {
        const text = `the assertion, ${privateKeyLine} and all`;
        answerJson(response, { error, error_description: text }, status);
      };
      const failure = failureIn(await ask(transport(), origin, server.credentials));
      expect(failure).toMatchObject({ class: "credential", delivery: "not_sent" });
      expect(failure.message).toContain(words);
      expect(JSON.stringify(failure)).not.toContain(privateKeyLine);
      expect(seen).toEqual([]);
    },
  );

  it.each([500, 503, 429])("for HTTP %i never reached Google", async (status) => {
    const { origin } = await vertexServer();
    const server = await tokenServer();
    server.answer = (response) => answerJson(response, {}, status);
    const failure = failureIn(await ask(transport(), origin, server.credentials));
    expect(failure).toMatchObject({ class: "never_sent", delivery: "not_sent" });
    expect(failure.message).toContain(`HTTP ${status}`);
    expect(server.assertions).toHaveLength(1);
  });

  it("since nobody listens never reached Google", async () => {
    const { origin } = await vertexServer();
    const server = await tokenServer({ token_uri: `${await refusingOrigin()}/token` });
    const failure = failureIn(await ask(transport(), origin, server.credentials));
    expect(failure).toMatchObject({ class: "never_sent", delivery: "not_sent" });
  });

  it.each([
    ["is no JSON", `{"private_key": "${privateKeyLine}`],
    ["names no account", "{}"],
    [
      "has a key that is none",
      JSON.stringify({ type: "service_account", client_email: "a", private_key: privateKeyLine }),
    ],
  ])("for a credential that %s fails as one, without a word of it", async (_what, text) => {
    const { origin, seen } = await vertexServer();
    const failure = failureIn(await ask(transport(), origin, new Secret(text)));
    expect(failure).toMatchObject({ class: "credential", delivery: "not_sent" });
    expect(JSON.stringify(failure)).not.toContain(privateKeyLine);
    expect(seen).toEqual([]);
  });

  it("is asked for again by the next call", async () => {
    const { origin, seen } = await vertexServer();
    const server = await tokenServer();
    const by = transport();
    const { answer } = server;
    server.answer = (response) => answerJson(response, { error: "invalid_grant" }, 400);
    await ask(by, origin, server.credentials);
    server.answer = answer;
    await ask(by, origin, server.credentials);
    expect(seen[0]?.authorization).toBe("Bearer ya29.2");
  });

  it("keeps no one waiting who has left, and goes on for the others", async () => {
    const { origin, seen } = await vertexServer();
    const server = await tokenServer();
    const by = transport();
    const { answer } = server;
    const asked = deferred<() => void>();
    server.answer = (response, number) => asked.resolve(() => answer(response, number));
    const leaving = new AbortController();
    const left = ask(by, origin, server.credentials, { signal: leaving.signal });
    const stays = ask(by, origin, server.credentials);
    const goOn = await asked.promise;
    leaving.abort();
    expect(failureIn(await left)).toMatchObject({ class: "cancelled", delivery: "not_sent" });
    goOn();
    expect((await stays).kind).toBe("reply");
    expect(seen).toHaveLength(1);
  });

  it("within ten seconds is given up, and a later one is not waited for", async () => {
    const clock = manualClock();
    const fetches: { resolve: (result: GoogleTokenResult) => void }[] = [];
    const tokens = new GoogleTokens(clock, () => () => {
      const fetch = deferred<GoogleTokenResult>();
      fetches.push(fetch);
      return fetch.promise;
    });
    const { signal } = new AbortController();
    const first = tokens.get("{}", signal);
    await clock.advance(10_000);
    expect(await first).toMatchObject({ kind: "failed", failure: { class: "never_sent" } });
    const second = tokens.get("{}", signal);
    const token = { token: "t", expiresAt: undefined, quotaProject: undefined, isUsers: false };
    fetches[1]?.resolve({ kind: "token", token });
    expect(await second).toEqual({ kind: "token", token });
    expect(clock.pending()).toBe(0);
  });
});
