import type { AuthClient, JWTInput } from "google-auth-library";
import { type Failure, identifier } from "../domain/failure.ts";

/** An access token of Google's, as it was given. */
export interface GoogleToken {
  readonly token: string;
  /** When it ends, in milliseconds since 1970. Undefined when nobody said. */
  readonly expiresAt: number | undefined;
  /** The project whose quota is used, where the credential names one. */
  readonly quotaProject: string | undefined;
  /** Whether it is a user's, who belongs to no project and has to say whose quota is used. */
  readonly isUsers: boolean;
}

/** A token, or why there is none. */
export type GoogleTokenResult =
  | { readonly kind: "token"; readonly token: GoogleToken }
  | { readonly kind: "failed"; readonly failure: Failure };

/** Fetches a new token, whatever was fetched before. */
export type FetchGoogleToken = () => Promise<GoogleTokenResult>;

type Library = typeof import("google-auth-library");

/** How long Google may take to give a token, in milliseconds. */
export const tokenTimeoutMs = 10_000;

/**
 * Fetches tokens of one credential, given as JSON, by google-auth-library: of a service
 * account, a user, a federated or an impersonated identity; without a credential, of
 * what ADC finds on this machine (cloud.google.com/docs/authentication, 2026-11-21).
 * Nothing is loaded before the first token is wanted. The library's own store of
 * tokens and its retries are off: it goes by a clock of its own, and whether to try
 * again is for the engine to decide.
 */
export function googleTokenSource(credentials: string | undefined): FetchGoogleToken {
  let opening: Promise<AuthClient> | undefined;
  return async () => {
    const library = await import("google-auth-library");
    try {
      opening ??= open(library, credentials);
      const client = await opening;
      // The library hands its options on to no impersonated identity, which would give the
      // same token again until five minutes before its end.
      client.credentials.access_token = null;
      const { token } = await client.getAccessToken();
      if (!token) return failed(refused("Google's answer has no access token"));
      return {
        kind: "token",
        token: {
          token,
          expiresAt: client.credentials.expiry_date ?? undefined,
          quotaProject: client.quotaProjectId,
          isUsers: client instanceof library.UserRefreshClient,
        },
      };
    } catch (error) {
      opening = undefined;
      const isExchange = error instanceof library.gaxios.GaxiosError;
      return failed(isExchange ? brokenExchange(error) : unusable(error, credentials));
    }
  };
}

async function open(library: Library, credentials: string | undefined): Promise<AuthClient> {
  if (credentials !== undefined) return clientOf(library, JSON.parse(credentials) as Credential);
  // Without a name it would run gcloud to learn the project's, for which there is no use.
  const projectId = "unused";
  return new library.GoogleAuth({ scopes, clientOptions, projectId }).getClient();
}

/** Of types of credential beyond these two the library warns that they must not come from strangers. */
function clientOf(library: Library, credential: Credential): AuthClient {
  const { type = "service_account" } = credential;
  if (type === "service_account") {
    const client = new library.JWT({ ...clientOptions, scopes });
    client.fromJSON(withLineBreaks(credential));
    return sendingTo(credential.token_uri, client);
  }
  if (type === "authorized_user") {
    const client = new library.UserRefreshClient(clientOptions);
    client.fromJSON(credential);
    return sendingTo(credential.token_uri, client);
  }
  return new library.GoogleAuth({ scopes }).fromJSON(credential, { ...clientOptions });
}

type Credential = JWTInput & { readonly token_uri?: string };

/** A key that came through an environment variable often has "\n" written out. */
function withLineBreaks(credential: Credential): Credential {
  const key = credential.private_key;
  if (key === undefined) return credential;
  return { ...credential, private_key: key.replaceAll("\\n", "\n") };
}

/** The library asks Google's own address for tokens even where a credential names another one. */
function sendingTo(address: string | undefined, client: AuthClient): AuthClient {
  if (address === undefined) return client;
  client.transporter.interceptors.request.add({
    resolved: async (request) => {
      if (String(request.url) === googleTokenAddress) request.url = new URL(address);
      return request;
    },
  });
  return client;
}

const scopes = "https://www.googleapis.com/auth/cloud-platform";

const clientOptions = {
  eagerRefreshThresholdMillis: Number.MAX_SAFE_INTEGER,
  transporterOptions: { timeout: tokenTimeoutMs, retryConfig: { retry: 0 } },
};

const googleTokenAddress = "https://oauth2.googleapis.com/token";

/** Errors of the library repeat what was sent, so that of them nothing is kept but status and code. */
function brokenExchange(error: {
  readonly code?: string | number | undefined;
  readonly response?: { readonly status: number; readonly data?: unknown } | undefined;
}): Failure {
  const { response } = error;
  if (response === undefined || response.status >= 500 || response.status === 429) {
    const why = response === undefined ? identifier(error.code) : `HTTP ${response.status}`;
    return {
      class: "never_sent",
      delivery: "not_sent",
      message: `No access token could be fetched from Google (${why ?? "unknown reason"}).`,
    };
  }
  const code = identifier((response.data as { error?: unknown } | undefined)?.error);
  return refused(reasons[code ?? ""] ?? "Google refuses to give an access token", code);
}

/** What the codes of OAuth 2.0 mean here (RFC 6749 §5.2; RFC 7523 §3.1). */
const reasons: Readonly<Record<string, string>> = {
  invalid_grant:
    "Google refuses the credential: it is not valid any more, or this machine's clock is wrong",
  invalid_client: "Google does not know the credential's client",
  unauthorized_client: "Google does not allow the credential to be used like this",
  invalid_scope: "Google does not allow the credential to use Vertex AI",
};

/** What the library says of a credential can quote it. */
function unusable(error: unknown, credentials: string | undefined): Failure {
  return refused(
    credentials === undefined
      ? "No credential of Google's is set, and this machine has none by itself"
      : "The credential of Google's cannot be read or used",
    identifier((error as { code?: unknown } | undefined)?.code),
  );
}

/** `what` is in our words, a sentence without its full stop. */
function refused(what: string, code?: string | undefined): Failure {
  return {
    class: "credential",
    delivery: "not_sent",
    message: code === undefined ? `${what}.` : `${what} (${code}).`,
    upstreamCode: code,
  };
}

function failed(failure: Failure): GoogleTokenResult {
  return { kind: "failed", failure };
}
