import { cors as connectCors } from "@connectrpc/connect";
import { requestIdHeader } from "./arrival.ts";

/** Which web pages may call. */
export interface CorsOptions {
  /** Origins like "https://app.example"; "*" allows every page. Empty allows none. */
  readonly origins: readonly string[];
}

/**
 * The headers that let a page of this origin read an answer. Empty when it may
 * not, or when the caller is no page. Credentials are never allowed: a caller's
 * key is sent in a header, which no other page can send.
 */
export function corsHeaders(
  { origins }: CorsOptions,
  origin: string | undefined,
): Readonly<Record<string, string>> {
  if (origins.length === 0) return {};
  const any = origins.includes("*");
  const vary: Record<string, string> = any ? {} : { vary: "Origin" };
  if (origin === undefined || !(any || origins.includes(origin))) return vary;
  return {
    ...vary,
    "access-control-allow-origin": any ? "*" : origin,
    "access-control-expose-headers": exposedHeaders,
  };
}

/** What a preflight request of this origin is answered with, beyond `corsHeaders`. Empty when the origin may not call. */
export function preflightHeaders(
  options: CorsOptions,
  origin: string | undefined,
): Readonly<Record<string, string>> {
  const headers = corsHeaders(options, origin);
  if (headers["access-control-allow-origin"] === undefined) return headers;
  return {
    ...headers,
    "access-control-allow-methods": "GET, POST, OPTIONS",
    "access-control-allow-headers": allowedHeaders,
    "access-control-max-age": "7200",
  };
}

const exposedHeaders = [...connectCors.exposedHeaders, requestIdHeader].join(", ");

const allowedHeaders = [
  ...connectCors.allowedHeaders,
  "Authorization",
  requestIdHeader,
  "traceparent",
  "tracestate",
  "baggage",
].join(", ");
