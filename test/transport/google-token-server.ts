import { createVerify, generateKeyPairSync } from "node:crypto";
import type { ServerResponse } from "node:http";
import { Secret } from "../../src/domain/secret.ts";
import { answerJson, bodyOf, httpServer } from "./support.ts";

/** A token endpoint on loopback, and a service account that names it. */
export interface TokenServer {
  readonly credentials: Secret;
  /** What each request for a service account asked with, in order. */
  readonly assertions: Assertion[];
  /** How the next requests are answered. Default: with a token that lives an hour. */
  answer: (response: ServerResponse, number: number) => void;
}

/** A JWT that a token was asked with. */
export interface Assertion {
  readonly header: Record<string, unknown>;
  readonly claims: Record<string, unknown>;
  readonly isSigned: boolean;
}

/** The text that no failure may repeat. */
export const privateKeyLine = "PRIVATE KEY";

/** Starts a token endpoint for the length of a test. */
export async function tokenServer(change: Record<string, unknown> = {}): Promise<TokenServer> {
  const { privateKey, publicKey } = keys;
  const assertions: Assertion[] = [];
  const server: { answer: TokenServer["answer"] } = {
    answer: (response, number) =>
      answerJson(response, {
        access_token: `ya29.${number}`,
        // The library goes by the system's clock: a later token lives on a test's clock, too.
        expires_in: 3600 * number,
        token_type: "Bearer",
      }),
  };
  let count = 0;
  const origin = await httpServer(async (request, response) => {
    const form = new URLSearchParams((await bodyOf(request)).toString());
    const [header, claims, signature = ""] = form.get("assertion")?.split(".") ?? [];
    if (header !== undefined && claims !== undefined) {
      assertions.push({
        header: decode(header),
        claims: decode(claims),
        isSigned: createVerify("RSA-SHA256")
          .update(`${header}.${claims}`)
          .verify(publicKey, signature, "base64url"),
      });
    }
    count++;
    server.answer(response, count);
  });
  const account = {
    type: "service_account",
    project_id: "demo-1",
    private_key_id: "k1",
    private_key: privateKey,
    client_email: "spillway@demo-1.iam.gserviceaccount.com",
    token_uri: `${origin}/token`,
    ...change,
  };
  return Object.assign(server, { credentials: new Secret(JSON.stringify(account)), assertions });
}

/**
 * A credential by which a federated identity takes the place of a service account, and
 * the servers that it names: its tokens live an hour, and each is another one.
 */
export async function impersonation(): Promise<Secret> {
  let count = 0;
  const origin = await httpServer((request, response) => {
    if (request.url === "/subject") return void response.end("a token of another cloud's");
    if (request.url === "/exchange") {
      return answerJson(response, { access_token: "federated", expires_in: 3600 });
    }
    const expireTime = new Date(Date.now() + 3_600_000).toISOString();
    answerJson(response, { accessToken: `ya29.${++count}`, expireTime });
  });
  return new Secret(
    JSON.stringify({
      type: "impersonated_service_account",
      endpoint: origin,
      service_account_impersonation_url:
        "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/spillway@demo-1.iam.gserviceaccount.com:generateAccessToken",
      source_credentials: {
        type: "external_account",
        audience:
          "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
        subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
        token_url: `${origin}/exchange`,
        credential_source: { url: `${origin}/subject` },
      },
    }),
  );
}

const keys = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

function decode(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;
}
