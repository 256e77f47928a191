import { createHash } from "node:crypto";

/** One page of a list, by https://google.aip.dev/158. */
export type Page<T> =
  | { readonly kind: "page"; readonly items: readonly T[]; readonly nextPageToken: string }
  /** The token is none of ours, or of a list with another filter. */
  | { readonly kind: "bad_token" };

/** How many items a page has when the request does not say. */
export const defaultPageSize = 100;

/** The most items of a page; who asks for more gets this many. */
export const maxPageSize = 1000;

/**
 * Cuts a page out of a list. The token carries how far the caller is and which
 * filter it began with, so that it cannot be used with another.
 */
export function page<T>(
  items: readonly T[],
  request: { readonly pageSize: number; readonly pageToken: string },
  filter: string,
): Page<T> {
  const start = request.pageToken === "" ? 0 : readToken(request.pageToken, filter);
  if (start === undefined || start > items.length) return { kind: "bad_token" };
  const size = Math.min(request.pageSize === 0 ? defaultPageSize : request.pageSize, maxPageSize);
  const end = start + size;
  return {
    kind: "page",
    items: items.slice(start, end),
    nextPageToken: end < items.length ? writeToken(end, filter) : "",
  };
}

function writeToken(offset: number, filter: string): string {
  return Buffer.from(`${offset}.${digest(filter)}`).toString("base64url");
}

function readToken(token: string, filter: string): number | undefined {
  const match = /^(\d{1,9})\.([0-9a-f]{16})$/.exec(Buffer.from(token, "base64url").toString());
  return match?.[2] === digest(filter) ? Number(match[1]) : undefined;
}

function digest(filter: string): string {
  return createHash("sha256").update(filter).digest("hex").slice(0, 16);
}
