import type { LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import { isIP } from "node:net";
import type { Endpoint } from "../providers/endpoint.ts";
import { hasAddress, hasName } from "./allowed-hosts.ts";
import { blockedPorts } from "./blocked-ports.ts";
import type { AddressKind } from "./ip-address.ts";
import { addressKind } from "./ip-address.ts";
import type { Networks, Reach } from "./transport.ts";

/** Where the files of an endpoint's answers may come from, by its settings. */
export function reachOf({ settings, sandbox }: Endpoint): Reach {
  const elsewhere = sandbox ? "loopback" : "public";
  const networks = settings.allowPrivateNetwork === true ? "private" : elsewhere;
  return reachWith(networks, settings.allowHosts);
}

/** Networks, and hosts beyond them if there are any. */
export function reachWith(networks: Networks, hosts: readonly string[] = []): Reach {
  return hosts.length === 0 ? networks : { networks, hosts };
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
 * address, and none whose name only a local network knows, unless it is listed.
 */
export function checkUrl(text: string, reach: Reach, base?: URL): CheckedUrl {
  if (text.length > maxUrlLength) return refused(`is longer than ${maxUrlLength} characters`);
  const url = URL.parse(text, base);
  if (url === null) return refused("is not a valid URL");
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
  const isAllowed =
    isIP(host) === 0
      ? isWithin(kindOfName(host), reach) || hasName(hostsOf(reach), host)
      : isAllowedAddress(host, reach);
  return isAllowed ? { kind: "allowed", url } : refused(forbiddenNetwork);
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
 * ones. A name that is listed may lead anywhere but to what is forbidden always. The
 * connection is made to what it gives, so that a name cannot lead elsewhere between
 * the check and the use.
 */
export function guardedLookup(lookup: LookupFunction, reach: Reach): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found, family) => {
      if (error) return callback(error, []);
      const addresses: readonly LookupAddress[] =
        typeof found === "string" ? [{ address: found, family: family ?? isIP(found) }] : found;
      const [first] = addresses;
      const within = hasName(hostsOf(reach), hostname) ? "private" : reach;
      const allowed = addresses.every(({ address }) => isAllowedAddress(address, within));
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

/** Whether an address names a host that is allowed by itself, wherever it is: another network may know another one by this name. */
export function isListed(text: string, reach: Reach): boolean {
  const host = URL.parse(text)?.hostname.replace(/^\[|\]$/g, "") ?? "";
  const hosts = hostsOf(reach);
  return hasName(hosts, host) || hasAddress(hosts, host);
}

function hostsOf(reach: Reach): readonly string[] {
  return typeof reach === "string" ? [] : reach.hosts;
}

function isAllowedAddress(address: string, reach: Reach): boolean {
  const kind = addressKind(address);
  if (isWithin(kind, reach)) return true;
  return kind !== "forbidden" && hasAddress(hostsOf(reach), address);
}

function isWithin(kind: AddressKind, reach: Reach): boolean {
  const networks = typeof reach === "string" ? reach : reach.networks;
  switch (kind) {
    case "public":
      return true;
    case "loopback":
      return networks !== "public";
    case "private":
      return networks === "private";
    case "forbidden":
      return false;
  }
}
