import type { Clock } from "../domain/clock.ts";
import { isDataUrl } from "../domain/data-url.ts";
import type { Reach, Transport } from "../transport/transport.ts";
import { AbortScope } from "./abort-scope.ts";
import { fewAtATime } from "./few-at-a-time.ts";
import { UnusableInput } from "./unusable-input.ts";

/** The largest image that is fetched for a caller, in bytes. */
export const maxInputBytes = 50 * 1024 * 1024;

/** The most that all images have together that are fetched for one request, in bytes: as much as its message. */
export const maxTotalInputBytes = 64 * 1024 * 1024;

/** The most addresses that are asked for the images of one request. */
export const maxInputAddresses = 250;

/** How many of them are asked at the same time. */
export const maxFetchesAtOnce = 6;

/** How long the fetching of one image may take, in milliseconds. */
export const inputTimeoutMs = 30_000;

/** What the images of one request are fetched with. */
export interface FetchContext {
  readonly transport: Pick<Transport, "download">;
  readonly clock: Clock;
  /** Which networks callers' images may be fetched from. */
  readonly reach: Reach;
  readonly callerSignal: AbortSignal;
  /** When the whole request must have ended, on the clock's monotonic scale. */
  readonly deadlineAt: number;
}

/** Thrown when the request ends while an image is on its way. */
export const ended = Symbol("ended");

/**
 * Fetches the images of one request, few at a time and within limits that hold for all
 * of them together. No credential goes along, and no provider is told. After one that
 * cannot be had no other is begun: the request has ended.
 */
export class InputFetcher {
  readonly #context: FetchContext;
  readonly #inTurn = fewAtATime(maxFetchesAtOnce);
  #bytesLeft = maxTotalInputBytes;
  #addresses = 0;
  /** Why nothing more is fetched. */
  #over: unknown;

  constructor(context: FetchContext) {
    this.#context = context;
  }

  /** The file at an address. Rejects with an UnusableInput that names the field, or with `ended`. */
  fetch(url: string, field: string): Promise<Uint8Array> {
    return this.#inTurn(async () => {
      if (this.#over !== undefined) throw this.#over;
      try {
        return await this.#fetchNow(url, field);
      } catch (reason) {
        this.#over ??= reason;
        throw reason;
      }
    });
  }

  async #fetchNow(url: string, field: string): Promise<Uint8Array> {
    if (!isDataUrl(url) && ++this.#addresses > maxInputAddresses) {
      const reason = `comes after ${maxInputAddresses} others, the most that are fetched`;
      throw new UnusableInput(field, reason, "count");
    }
    const { transport, clock, callerSignal, deadlineAt, reach } = this.#context;
    const scope = new AbortScope({ clock, callerSignal, deadlineAt, limitMs: inputTimeoutMs });
    try {
      const file = await transport.download({
        url,
        reach,
        maxBytes: maxInputBytes,
        claim: (bytes) => {
          this.#bytesLeft -= bytes;
          return this.#bytesLeft >= 0;
        },
        headers: {},
        signal: scope.signal,
      });
      if (file.kind === "file") return file.bytes;
      if (this.#bytesLeft < 0) {
        const most = `${maxTotalInputBytes} bytes together`;
        throw new UnusableInput(
          field,
          `makes the images that are fetched larger than ${most}`,
          "total",
        );
      }
      if (scope.cause === undefined) {
        const reason = `cannot be fetched: ${asClause(file.failure.message)}`;
        throw new UnusableInput(field, reason, "fetch");
      }
      if (scope.cause.kind !== "timeout") throw ended;
      throw new UnusableInput(field, `was not there within ${inputTimeoutMs / 1000} s`, "fetch");
    } finally {
      scope.close();
    }
  }
}

/** A sentence as the end of another one. */
function asClause(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, "");
}
