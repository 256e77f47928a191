import { isDataUrl } from "../domain/data-url.ts";

/** A file inside a URL. */
export interface DataUrl {
  readonly bytes: Uint8Array;
  /** Empty when the URL does not say. */
  readonly contentType: string;
}

/** Decodes a "data:" URL (RFC 2397). Undefined when it is none or is broken. */
export function decodeDataUrl(url: string): DataUrl | undefined {
  const comma = url.indexOf(",");
  if (comma < 0 || !isDataUrl(url)) return undefined;
  const head = url.slice("data:".length, comma);
  const contentType = head.replace(/;base64$/i, "");
  const isBase64 = contentType.length !== head.length;
  try {
    const text = url.slice(comma + 1);
    const plain = text.includes("%") ? decodeURIComponent(text) : text;
    const bytes = isBase64 ? decodeBase64(plain) : Buffer.from(plain);
    return bytes && { bytes, contentType };
  } catch {
    return undefined;
  }
}

/** The runtime passes over what is no base64, so that only a full count of bytes is a success. */
function decodeBase64(text: string): Buffer | undefined {
  const digits = text.replace(/[ \t\r\n]/g, "").replace(/={1,2}$/, "");
  const bytes = Buffer.from(digits, "base64");
  const isWhole = digits.length % 4 !== 1 && bytes.length === Math.floor((digits.length * 3) / 4);
  return isWhole ? bytes : undefined;
}
