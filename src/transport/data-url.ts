/** A file inside a URL. */
export interface DataUrl {
  readonly bytes: Uint8Array;
  /** Empty when the URL does not say. */
  readonly contentType: string;
}

/** Decodes a "data:" URL (RFC 2397). Undefined when it is none or is broken. */
export function decodeDataUrl(url: string): DataUrl | undefined {
  const comma = url.indexOf(",");
  if (comma < 0 || !/^data:/i.test(url)) return undefined;
  const head = url.slice("data:".length, comma);
  const contentType = head.replace(/;base64$/i, "");
  const isBase64 = contentType.length !== head.length;
  try {
    const text = url.slice(comma + 1);
    const bytes = isBase64
      ? Buffer.from(text.includes("%") ? decodeURIComponent(text) : text, "base64")
      : Buffer.from(decodeURIComponent(text));
    return { bytes, contentType };
  } catch {
    return undefined;
  }
}
