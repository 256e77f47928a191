import { hash } from "node:crypto";
import type { Caller } from "../domain/caller.ts";
import type { CallerSettings } from "../domain/caller-settings.ts";
import { compilePattern } from "../router/model-pattern.ts";
import { type RpcFailure, rpcFailure } from "./errors.ts";
import { RequestRate } from "./request-rate.ts";

/** Those who may call. */
export interface Callers {
  /** Tells who brings this `authorization` header, or why it is nobody who may call. */
  identify(authorization: string | undefined): Identity;
}

/** Who calls, as far as that is known. */
export type Identity =
  | { readonly kind: "known"; readonly caller: Caller }
  | { readonly kind: "refused"; readonly failure: RpcFailure };

/**
 * Makes the book of callers, by their keys. A key is looked up by its hash, so that how
 * long that takes tells nothing about the keys that there are. `rates` has what those of
 * the book before have used.
 */
export function createCallers(
  settings: readonly CallerSettings[],
  rates: CallerRates = new Map(),
): Callers {
  const known = new Map<string, Identity>();
  for (const { name, keys, models, requestsPerMinute } of settings) {
    const patterns = models?.map(compilePattern);
    const rate = rateOf(name, requestsPerMinute, rates);
    const caller: Caller = {
      name,
      mayAsk: (model) => patterns?.some((matches) => matches(model)) ?? true,
      countRequest: (now) => rate?.take(now),
    };
    const identity: Identity = { kind: "known", caller };
    for (const key of keys) known.set(digest(key.reveal()), identity);
  }
  return {
    identify(authorization) {
      if (authorization === undefined) return keyMissing;
      const [, key] = bearer.exec(authorization) ?? [];
      if (key === undefined) return keyMisplaced;
      return known.get(digest(key)) ?? keyUnknown;
    },
  };
}

/** What callers have used of their rates, by name: it outlives a change of the configuration. */
export type CallerRates = Map<string, RequestRate>;

function rateOf(
  name: string,
  perMinute: number | undefined,
  rates: CallerRates,
): RequestRate | undefined {
  if (perMinute === undefined) return undefined;
  const known = rates.get(name);
  if (known?.perMinute === perMinute) return known;
  const rate = new RequestRate(perMinute);
  rates.set(name, rate);
  return rate;
}

/** RFC 6750, section 2.1; the scheme's name in any case (RFC 9110, section 11.1). */
const bearer = /^bearer +([\x21-\x7e]+) *$/i;

function digest(key: string): string {
  return hash("sha256", key, "base64");
}

function refused(message: string): Identity {
  return {
    kind: "refused",
    failure: rpcFailure({ reason: "UNAUTHENTICATED", message, metadata: {} }),
  };
}

const keyMissing = refused(
  'This gateway answers callers with a key. Send yours as the header "authorization: Bearer KEY".',
);

const keyMisplaced = refused(
  'The header "authorization" cannot be read. It has to be "Bearer KEY", with your key for KEY.',
);

const keyUnknown = refused("No caller has this key.");
