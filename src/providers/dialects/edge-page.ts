import type { Reply } from "../reply.ts";

/**
 * Whether what stands in front of a provider answered in its place, since the provider
 * itself did not: it may work all the same. These are 502 and 504 (RFC 9110, section
 * 15.6), and 520 and 524 of Cloudflare (developers.cloudflare.com, 2026-11-21), as a page.
 */
export function isEdgePage({ status, body }: Reply): boolean {
  return body.kind !== "json" && statuses.has(status);
}

const statuses: ReadonlySet<number> = new Set([502, 504, 520, 524]);
