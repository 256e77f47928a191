import type { LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import { isIP } from "node:net";
import type { Endpoint } from "../providers/endpoint.ts";
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

/**
 * Checks what can be checked of an address before its name is resolved: only
 * http and https, no user name or password, a host that is no forbidden IP
 * address. Undefined means that nothing speaks against it so far.
 */
export function checkUrl(url: URL, reach: Reach): Refusal | undefined {
  if (url.protocol !== "http:" && url.protocol !== "https:") return "is neither http nor https";
  if (url.username !== "" || url.password !== "") return "contains a user name or a password";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (host === "") return "has no host";
  if (isIP(host) !== 0 && !isAllowed(addressKind(host), reach)) return forbiddenNetwork;
  return undefined;
}

/**
 * A resolver that gives only addresses within reach, and fails with
 * `ForbiddenAddressError` when there are none. The connection is made to what it
 * gives, so that a name cannot lead elsewhere between the check and the use.
 */
export function guardedLookup(lookup: LookupFunction, reach: Reach): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found, family) => {
      if (error) return callback(error, []);
      const addresses: readonly LookupAddress[] =
        typeof found === "string" ? [{ address: found, family: family ?? isIP(found) }] : found;
      const allowed = addresses.filter(({ address }) => isAllowed(addressKind(address), reach));
      const [first] = allowed;
      if (first === undefined) return callback(new ForbiddenAddressError(), []);
      if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

/** A name that leads only to networks out of reach. */
export class ForbiddenAddressError extends Error {
  readonly code = "SPILLWAY_FORBIDDEN_ADDRESS";

  constructor() {
    super(`The address ${forbiddenNetwork}.`);
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
