import { isIPv6 } from "node:net";

/**
 * Whether a text is a URI with a scheme (RFC 3986), zones of IPv6 addresses included
 * (RFC 6874). As in protovalidate, an IPv6 address has no IPv4 address at its end.
 */
export function isUri(text: string): boolean {
  const groups = uri.exec(text)?.groups;
  if (groups === undefined) return false;
  const { host, address } = groups;
  if (address !== undefined) return isIPv6(address);
  return host === undefined || isDecodable(host);
}

const unreserved = "A-Za-z0-9\\-._~";
const subDelimiters = "!$&'()*+,;=";
const encoded = "%[0-9A-Fa-f]{2}";
const pathCharacter = `(?:[${unreserved}${subDelimiters}:@]|${encoded})`;
const literal =
  `(?:(?<address>[0-9A-Fa-f:]+)(?:%25(?:[${unreserved}]|${encoded})+)?` +
  `|v[0-9A-Fa-f]+\\.[${unreserved}${subDelimiters}:]+)`;
const authority =
  `(?:(?:[${unreserved}${subDelimiters}:]|${encoded})*@)?` +
  `(?:\\[${literal}\\]|(?<host>(?:[${unreserved}${subDelimiters}]|${encoded})*))` +
  "(?::[0-9]*)?";
const path =
  `(?://${authority}(?:/${pathCharacter}*)*` +
  `|/(?:${pathCharacter}+(?:/${pathCharacter}*)*)?` +
  `|${pathCharacter}+(?:/${pathCharacter}*)*|)`;
const tail = `(?:${pathCharacter}|[/?])*`;
const uri = new RegExp(`^[A-Za-z][A-Za-z0-9+.\\-]*:${path}(?:\\?${tail})?(?:#${tail})?$`);

/** A host may be percent-encoded only to write UTF-8. */
function isDecodable(host: string): boolean {
  try {
    decodeURIComponent(host);
    return true;
  } catch {
    return false;
  }
}
