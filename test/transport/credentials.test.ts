import { describe, expect, it } from "vitest";
import { Secret } from "../../src/domain/secret.ts";
import { credentialHeader } from "../../src/transport/credentials.ts";

const bearer = { kind: "header", name: "Authorization", prefix: "Bearer " } as const;
const google = { kind: "header", name: "x-goog-api-key", prefix: "" } as const;
const token = { kind: "google_oauth" } as const;
const key = new Secret("k");

describe("the header of a credential", () => {
  it.each([
    [bearer, {}, { name: "authorization", value: "Bearer k" }],
    [google, {}, { name: "x-goog-api-key", value: "k" }],
    [bearer, { authHeader: "api-key" }, { name: "api-key", value: "k" }],
    [bearer, { authHeader: "AUTHORIZATION" }, { name: "authorization", value: "Bearer k" }],
    [token, {}, undefined],
    [token, { authHeader: "X-Key" }, { name: "x-key", value: "k" }],
  ])("for %j with settings %j is %j", (scheme, settings, expected) => {
    expect(credentialHeader(scheme, key, settings)).toEqual(expected);
  });

  it("is absent without a key", () => {
    expect(credentialHeader(bearer, undefined, { authHeader: "x-key" })).toBeUndefined();
  });
});
