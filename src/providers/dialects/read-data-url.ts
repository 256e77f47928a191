import { base64Head } from "../../domain/data-url.ts";

/**
 * The bytes of a "data:…;base64," URL that stands where the transport looks for no
 * media: with line breaks, or in the URL-safe alphabet, as some OpenAI-compatible
 * servers send it (2026-11-21). Undefined when it is none, cut short or empty.
 */
export function readDataUrl(url: string): Uint8Array | undefined {
  const head = base64Head(url);
  if (head === undefined) return undefined;
  const digits = url.slice(head.length).replace(/[ \t\r\n]/g, "");
  const [, body = ""] = /^([A-Za-z0-9+/_-]+)={0,2}$/.exec(digits) ?? [];
  // One character alone, behind the last four, is half a byte.
  if (body === "" || body.length % 4 === 1) return undefined;
  return Buffer.from(body, "base64");
}
