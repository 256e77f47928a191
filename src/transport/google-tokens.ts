import { waitUnlessAborted, waitWithin } from "../domain/bounded-wait.ts";
import type { Clock } from "../domain/clock.ts";
import { cancelledExchange, type FailedExchange } from "./exchange-failure.ts";
import {
  type FetchGoogleToken,
  type GoogleToken,
  type GoogleTokenResult,
  googleTokenSource,
  tokenTimeoutMs,
} from "./google-token-source.ts";

/** Before its end a token is replaced by so many milliseconds, as google-auth-library does by default. */
const refreshAheadMs = 5 * 60_000;

/** A token that is replaced is still good to be sent until so many milliseconds before its end. */
const lastUseMs = 30_000;

/** How long a token is taken to live whose end nobody said, in milliseconds. */
const unknownLifeMs = 10 * 60_000;

/**
 * The access tokens in use, one for each credential. Nothing is fetched before a
 * token is wanted. Whoever wants one while it is fetched waits for the same fetch; a
 * token that nears its end is replaced while it still serves.
 */
export class GoogleTokens {
  readonly #clock: Clock;
  readonly #sourceFor: (credentials: string | undefined) => FetchGoogleToken;
  readonly #slots = new Map<string | undefined, Slot>();

  constructor(clock: Clock, sourceFor = googleTokenSource) {
    this.#clock = clock;
    this.#sourceFor = sourceFor;
  }

  /** The token of a credential, of the machine's own where there is none. The signal ends the wait for it, not the fetch, which others wait for too. */
  async get(
    credentials: string | undefined,
    signal: AbortSignal,
  ): Promise<GoogleTokenResult | FailedExchange> {
    const slot = this.#slotFor(credentials);
    const { held } = slot;
    const leftMs = held === undefined ? 0 : held.until - this.#clock.now();
    if (held !== undefined && leftMs > refreshAheadMs) return { kind: "token", token: held.token };
    slot.fetching ??= this.#fetch(slot);
    if (held !== undefined && leftMs > lastUseMs) return { kind: "token", token: held.token };
    return (await waitUnlessAborted(slot.fetching, signal)) ?? cancelled;
  }

  /** Forgets a token that Google does not take any more. One that has replaced it stays. */
  forget(credentials: string | undefined, token: GoogleToken): void {
    const slot = this.#slotFor(credentials);
    if (slot.held?.token === token) slot.held = undefined;
  }

  #slotFor(credentials: string | undefined): Slot {
    let slot = this.#slots.get(credentials);
    if (slot === undefined) {
      slot = { fetch: this.#sourceFor(credentials), held: undefined, fetching: undefined };
      this.#slots.set(credentials, slot);
    }
    return slot;
  }

  async #fetch(slot: Slot): Promise<GoogleTokenResult> {
    try {
      const result = (await waitWithin(this.#clock, tokenTimeoutMs, slot.fetch())) ?? tooLate;
      if (result.kind === "token") {
        const { token } = result;
        slot.held = { token, until: token.expiresAt ?? this.#clock.now() + unknownLifeMs };
      }
      return result;
    } finally {
      slot.fetching = undefined;
    }
  }
}

interface Slot {
  readonly fetch: FetchGoogleToken;
  held: { readonly token: GoogleToken; readonly until: number } | undefined;
  /** The fetch under way. */
  fetching: Promise<GoogleTokenResult> | undefined;
}

const cancelled: FailedExchange = { kind: "failed", failure: cancelledExchange("unsent") };

const tooLate: FailedExchange = {
  kind: "failed",
  failure: {
    class: "never_sent",
    delivery: "not_sent",
    message: `Google gave no access token within ${tokenTimeoutMs / 1000} seconds.`,
  },
};
