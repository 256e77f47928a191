import type { FailedExchange } from "./exchange-failure.ts";
import type { GoogleToken } from "./google-token-source.ts";
import type { GoogleTokens } from "./google-tokens.ts";
import type { Exchange, ExchangeResult, StreamResult } from "./transport.ts";

/** Sends a request with these headers, by which it presents its credential. */
export type SendWith<Result> = (
  credential: Readonly<Record<string, string>>,
) => Promise<Result | FailedExchange>;

/**
 * Sends a request with an access token of Google's: the key itself when it is one,
 * else one that is got for the credential. When Google does not take a token that
 * was held, another one is got, once: it may have been withdrawn before its time,
 * and a request that was turned away at the door has bought nothing.
 */
export async function presentGoogleToken<Result extends ExchangeResult | StreamResult>(
  tokens: GoogleTokens,
  { endpoint, key, signal }: Pick<Exchange, "endpoint" | "key" | "signal">,
  send: SendWith<Result>,
): Promise<Result | FailedExchange> {
  const credentials = key?.reveal();
  if (credentials !== undefined && !isCredential(credentials)) {
    return send({ authorization: `Bearer ${credentials}` });
  }
  const { project } = endpoint.settings;
  const got = await tokens.get(credentials, signal);
  if (got.kind === "failed") return got;
  const result = await send(headersOf(got.token, project));
  if (result.kind !== "reply" || result.reply.status !== 401) return result;
  tokens.forget(credentials, got.token);
  const other = await tokens.get(credentials, signal);
  return other.kind === "failed" ? result : send(headersOf(other.token, project));
}

/** A credential is a JSON object; a token never begins like one. */
function isCredential(key: string): boolean {
  return key.trimStart().startsWith("{");
}

function headersOf(
  { token, quotaProject, isUsers }: GoogleToken,
  project: string | undefined,
): Readonly<Record<string, string>> {
  const authorization = `Bearer ${token}`;
  const billed = quotaProject ?? (isUsers ? project : undefined);
  return billed === undefined
    ? { authorization }
    : { authorization, "x-goog-user-project": billed };
}
