import type { LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import { isIP } from "node:net";
import type { Endpoint } from "../providers/endpoint.ts";
import { blockedPorts } from "./blocked-ports.ts";
import type { AddressKind } from "./ip-address.ts";
import { addressKind } from "./ip-address.ts";
import type { Reach } from "./transport.ts";

/** The networks that the files of an endpoint's answers may come from, by its settings. */
export function reachOf(endpoint: Endpoint): Reach {
  if (endpoint.settings.allowPrivateNetwork === true) return "private";
  return endpoint.sandbox ? "loopback" : "public";
}

/** Why an address is refused, as a phrase that goes behind "The address of the file". */
export type Refusal = string;

/** The longest address that is followed, in characters. Signed links of the large clouds have some 2,000. */
export const maxUrlLength = 8192;

/** An address that may be asked for, or why not. */
export type CheckedUrl =
  | { readonly kind: "allowed"; readonly url: URL }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/**
 * Reads an address, or where a redirect from `base` leads, and checks what can be
 * checked before its name is resolved: its length, only http and https, no user
 * name or password, no port of another protocol, no host that is a forbidden IP
 * address, and none whose name only a local network knows.
 */
export function checkUrl(text: string, reach: Reach, base?: URL): CheckedUrl {
  if (text.length > maxUrlLength) return refused(`is longer than ${maxUrlLength} characters`);
  const url = URL.parse(text, base);
  if (url === null) return refused("is none");
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return refused("is neither http nor https");
  }
  if (url.username !== "" || url.password !== "") {
    return refused("contains a user name or a password");
  }
  if (url.port !== "" && blockedPorts.has(Number(url.port))) {
    return refused("has a port of another protocol");
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const kind = isIP(host) === 0 ? kindOfName(host) : addressKind(host);
  return isAllowed(kind, reach) ? { kind: "allowed", url } : refused(forbiddenNetwork);
}

/**
 * What a name can lead to at best. Names for local use (RFC 6761, RFC 6762, RFC
 * 8375, and "internal" by ICANN's resolution of 2024-07-29) and names of one label
 * are nothing that the internet knows, whatever a resolver makes of them.
 */
function kindOfName(host: string): AddressKind {
  const name = host.replace(/\.$/, "");
  if (/(^|\.)localhost$/.test(name)) return "loopback";
  if (!name.includes(".")) return "private";
  return /\.(local|internal|home\.arpa|onion)$/.test(name) ? "private" : "public";
}

function refused(refusal: Refusal): CheckedUrl {
  return { kind: "refused", refusal };
}

/**
 * A resolver that fails with `ForbiddenAddressError` unless every address of a
 * name is within reach: an honest name has no private address among its public
 * ones. The connection is made to what it gives, so that a name cannot lead
 * elsewhere between the check and the use.
 */
export function guardedLookup(lookup: LookupFunction, reach: Reach): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found, family) => {
      if (error) return callback(error, []);
      const addresses: readonly LookupAddress[] =
        typeof found === "string" ? [{ address: found, family: family ?? isIP(found) }] : found;
      const [first] = addresses;
      const allowed = addresses.every(({ address }) => isAllowed(addressKind(address), reach));
      if (first === undefined || !allowed) return callback(new ForbiddenAddressError(), []);
      if (options.all === true) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    });
  };
}

/** A name that leads to a network out of reach. */
export class ForbiddenAddressError extends Error {
  readonly code = "SPILLWAY_FORBIDDEN_ADDRESS";

  constructor() {
    super(`The address of the file ${forbiddenNetwork}.`);
  }
}

const forbiddenNetwork = "leads to a network that is not allowed";

function isAllowed(kind: AddressKind, reach: Reach): boolean {
  switch (kind) {
    case "public":
      return true;
    case "loopback":
      return reach !== "public";
    case "private":
      return reach === "private";
    case "forbidden":
      return false;
  }
}
