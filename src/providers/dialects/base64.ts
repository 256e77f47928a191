/**
 * Decodes base64 that the transport left as text: with a "data:…;base64," in front,
 * with line breaks, or in the URL-safe alphabet, as some OpenAI-compatible servers
 * send it (2026-11-21). Undefined when the text is no base64 or empty.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const start = text.startsWith("data:") ? text.indexOf(",") + 1 : 0;
  if (start > 0 && !text.slice(0, start).endsWith(";base64,")) return undefined;
  const digits = text.slice(start).replace(/[\r\n\t]/g, "");
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(digits)) return undefined;
  const bytes = Buffer.from(digits, "base64");
  return bytes.length > 0 ? bytes : undefined;
}
