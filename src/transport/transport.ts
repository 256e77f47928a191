import type { Failure } from "../domain/failure.ts";
import type { Secret } from "../domain/secret.ts";
import type { Endpoint } from "../providers/endpoint.ts";
import type { HttpCall } from "../providers/http-call.ts";
import type { Reply, StreamEvent } from "../providers/reply.ts";
import type { CredentialHeader } from "./credentials.ts";

/** The only way to providers: one HTTP exchange at a time, with no opinion about what an answer means. */
export interface Transport {
  /** Makes a call and reads the whole answer. */
  call(exchange: Exchange): Promise<ExchangeResult>;
  /** Makes a call whose answer is a stream of server-sent events, and hands each one over as it arrives. */
  stream(exchange: Exchange, onEvent: EventHandler): Promise<StreamResult>;
  /** Fetches a file from an address that a provider or a caller gave, guarded, with no credential but the one that is given. */
  download(download: Download): Promise<DownloadResult>;
  /** Closes every connection once the calls on it are done. */
  close(): Promise<void>;
}

/** One HTTP exchange with a provider. */
export interface Exchange {
  readonly endpoint: Endpoint;
  readonly call: HttpCall;
  /** The key to present. Undefined for an endpoint that wants none. */
  readonly key?: Secret | undefined;
  /** Further headers: the trace, the sandbox's orders. */
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the exchange and closes its socket when aborted. */
  readonly signal: AbortSignal;
}

/**
 * Handles one event. A promise means: stop reading until it is settled. It
 * must not throw. "stop" means: enough, close the connection; the result is
 * then `ended`.
 */
export type EventHandler = (event: StreamEvent) => "stop" | undefined | Promise<"stop" | undefined>;

/**
 * How an exchange went. A failure here is one of the connection, of class
 * never_sent, ambiguous, server_fault (the answer broke off or was too large)
 * or cancelled (the signal), with the delivery state that follows from how far
 * the request had got.
 */
export type ExchangeResult =
  | { readonly kind: "reply"; readonly reply: Reply }
  | { readonly kind: "failed"; readonly failure: Failure };

/** How a streamed exchange went. */
export type StreamResult =
  /** The answer was no event stream, or its status was not 2xx: here it is whole. */
  | { readonly kind: "reply"; readonly reply: Reply }
  /**
   * The body ended as HTTP bodies end. Whether the stream was complete its reader
   * knows: a body that ends with its connection ends so when that is reset, too.
   */
  | {
      readonly kind: "ended";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly kind: "failed"; readonly failure: Failure };

/**
 * Which networks files may come from. `public`: the internet. `loopback`: this
 * machine too, for embedded providers. `private`: private networks too.
 * Link-local addresses, metadata services of clouds, multicast and reserved
 * addresses are out of reach always.
 */
export type Networks = "public" | "loopback" | "private";

/** Where files may come from. */
export type Reach =
  | Networks
  | {
      readonly networks: Networks;
      /** Hosts beyond these networks: names, wherever they lead, addresses, and networks like "10.0.0.0/8". */
      readonly hosts: readonly string[];
    };

/** A file to fetch. */
export interface Download {
  readonly url: string;
  /** Where it may come from. */
  readonly reach: Reach;
  /** The most bytes to accept. */
  readonly maxBytes: number;
  /** Read only this many bytes from the start, enough to tell type and size. Undefined means the whole file. */
  readonly prefixBytes?: number | undefined;
  /**
   * Asked for room before so many more bytes of it are taken, where files share what
   * there is; false ends it. Undefined means that there is room. A data URL needs none.
   */
  readonly claim?: ((bytes: number) => boolean) | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The key to present to the origin of `url`. Behind a redirect to another one it is
   * gone for good. Undefined: none.
   */
  readonly credential?: CredentialHeader | undefined;
  readonly signal: AbortSignal;
}

/**
 * What a fetch gave. A failure is of class server_fault or cancelled, and says
 * `sent` whatever happened to the fetch: the provider has done its work by then.
 */
export type DownloadResult =
  | { readonly kind: "file"; readonly bytes: Uint8Array; readonly contentType: string }
  | { readonly kind: "failed"; readonly failure: Failure };
