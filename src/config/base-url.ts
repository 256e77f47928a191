/**
 * Reads the base address of a provider: http or https, a host, a path perhaps;
 * no credentials, no query, no fragment. Returns it without a slash at the end,
 * or undefined for anything else.
 */
export function parseBaseUrl(text: string): string | undefined {
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return undefined;
  if (text.includes("?") || text.includes("#")) return undefined;
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

/** Tells whether a text is an origin as browsers send it, "https://app.example", or "*" for any. */
export function isOrigin(text: string): boolean {
  if (text === "*") return true;
  return /^https?:\/\/[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
